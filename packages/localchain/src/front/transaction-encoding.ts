/** Transactions and their outcome as `getTransaction` and `simulateTransaction` write them. */
import { encodeBase58 } from '../bytes/base58.ts';
import type { SvmExecution } from '../svm/svm.ts';
import { isWritableStatic, type WireInstruction, type WireMessage, type WireTransaction } from '../wire/transaction.ts';
import type { LandedTransaction, TokenBalance } from './landed-transaction.ts';
import { uiAmount } from './token-accounts.ts';

export type TransactionEncoding = 'json' | 'jsonParsed' | 'base58' | 'base64' | 'binary';

export function encodeTransaction(transaction: WireTransaction, landed: LandedTransaction, encoding: TransactionEncoding): unknown {
  if (encoding === 'base64') return [Buffer.from(transaction.bytes).toString('base64'), 'base64'];
  if (encoding === 'base58') return [encodeBase58(transaction.bytes), 'base58'];
  if (encoding === 'binary') return encodeBase58(transaction.bytes);
  const { message } = transaction;
  const signatures = transaction.signatures.map((signature) => encodeBase58(signature));
  const lookups =
    message.version === 'legacy'
      ? {}
      : {
          addressTableLookups: message.lookups.map((lookup) => ({
            accountKey: lookup.table,
            writableIndexes: [...lookup.writable],
            readonlyIndexes: [...lookup.readonly],
          })),
        };
  if (encoding === 'jsonParsed') {
    const instructions = message.instructions.map((instruction) => ({
      programId: message.staticKeys[instruction.programIdIndex],
      accounts: [...instruction.accountIndexes].map((index) => landed.keys[index]),
      data: encodeBase58(instruction.data),
      stackHeight: 1,
    }));
    return {
      signatures,
      message: { accountKeys: parsedKeys(message, landed), recentBlockhash: message.recentBlockhash, instructions, ...lookups },
    };
  }
  return {
    signatures,
    message: {
      header: {
        numRequiredSignatures: message.numRequiredSignatures,
        numReadonlySignedAccounts: message.numReadonlySigned,
        numReadonlyUnsignedAccounts: message.numReadonlyUnsigned,
      },
      accountKeys: message.staticKeys,
      recentBlockhash: message.recentBlockhash,
      instructions: message.instructions.map(compiledInstruction),
      ...lookups,
    },
  };
}

function parsedKeys(message: WireMessage, landed: LandedTransaction): unknown[] {
  return landed.keys.map((pubkey, index) => ({
    pubkey,
    signer: index < message.numRequiredSignatures,
    writable:
      index < message.staticKeys.length
        ? isWritableStatic(message, index)
        : index < message.staticKeys.length + landed.loaded.writable.length,
    source: index < message.staticKeys.length ? 'transaction' : 'lookupTable',
  }));
}

function compiledInstruction(instruction: WireInstruction): unknown {
  return {
    programIdIndex: instruction.programIdIndex,
    accounts: [...instruction.accountIndexes],
    data: encodeBase58(instruction.data),
    stackHeight: 1,
  };
}

export function encodeMeta(landed: LandedTransaction, encoding: TransactionEncoding): unknown {
  const { execution } = landed;
  return {
    err: execution.error,
    status: execution.error === null ? { Ok: null } : { Err: execution.error },
    fee: execution.fee,
    preBalances: landed.preBalances,
    postBalances: landed.postBalances,
    innerInstructions: encodeInner(execution, encoding === 'jsonParsed' ? landed.keys : null),
    logMessages: execution.logs,
    preTokenBalances: landed.preTokenBalances.map(encodeTokenBalance),
    postTokenBalances: landed.postTokenBalances.map(encodeTokenBalance),
    rewards: [],
    ...(encoding === 'jsonParsed' ? {} : { loadedAddresses: landed.loaded }),
    ...(execution.returnData === null ? {} : { returnData: encodeReturnData(execution) }),
    computeUnitsConsumed: execution.unitsConsumed,
  };
}

/** With `keys` instructions name their accounts (partially decoded), without they carry indexes. */
export function encodeInner(execution: SvmExecution, keys: readonly string[] | null): unknown[] {
  return execution.innerInstructions.map(({ index, instructions }) => ({
    index,
    instructions: instructions.map((inner) =>
      keys === null
        ? { programIdIndex: inner.programIdIndex, accounts: inner.accounts, data: encodeBase58(inner.data), stackHeight: inner.stackHeight }
        : {
            programId: keys[inner.programIdIndex],
            accounts: inner.accounts.map((account) => keys[account]),
            data: encodeBase58(inner.data),
            stackHeight: inner.stackHeight,
          },
    ),
  }));
}

export function encodeReturnData(execution: SvmExecution): unknown {
  if (execution.returnData === null) return null;
  const { programId, data } = execution.returnData;
  return { programId, data: [Buffer.from(data).toString('base64'), 'base64'] };
}

function encodeTokenBalance(balance: TokenBalance): unknown {
  const { accountIndex, mint, owner, programId } = balance;
  return { accountIndex, mint, owner, programId, uiTokenAmount: uiAmount(balance.amount, balance.decimals) };
}
