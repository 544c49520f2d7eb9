/** Sending and simulating transactions, and the faucet. */

import { addressBytes } from '../../bytes/address.ts';
import { decodeBase58, encodeBase58 } from '../../bytes/base58.ts';
import { MAX_TRANSACTION_BYTES, parseTransaction, type WireTransaction } from '../../wire/transaction.ts';
import { BLOCKHASH_LIFE_SLOTS } from '../blockhashes.ts';
import type { SimulationResult } from '../chain.ts';
import { transactionErrorText } from '../error-text.ts';
import { asAddress, asUnsigned, type Config, commitmentOf, configAt, optionalBoolean, requireAddress, requireString } from '../params.ts';
import { bankSlot, type RpcContext, type RpcMethod, withContext } from '../rpc-context.ts';
import { invalidParams, PREFLIGHT_FAILURE, RpcError, SIGNATURE_FAILURE } from '../rpc-error.ts';
import { signaturesAreValid } from '../signatures.ts';
import { encodeInner, encodeReturnData } from '../transaction-encoding.ts';
import { accountWriter } from './account-methods.ts';

const sendTransaction: RpcMethod = async (context, params) => {
  const config = configAt(params, 1);
  const transaction = transactionOf(params, config, 'base58');
  if (!signaturesAreValid(transaction)) throw new RpcError(SIGNATURE_FAILURE, 'Transaction signature verification failure');
  const signature = encodeBase58(transaction.signatures[0] ?? new Uint8Array());
  const slot = bankSlot(context, config, commitmentOf(config, 'preflightCommitment'));
  if (!optionalBoolean(config, 'skipPreflight')) {
    const result = await context.chain.simulate(transaction, slot, { checkLifetime: true });
    const { simulation } = result;
    if (simulation.error !== null) {
      const message = `Transaction simulation failed: ${transactionErrorText(simulation.error)}`;
      throw new RpcError(PREFLIGHT_FAILURE, message, { ...outcomeOf(result), accounts: null, innerInstructions: null });
    }
  }
  await submit(context, transaction);
  return signature;
};

/** Lands the transaction as the weather allows. What a validator would drop is dropped without a word, as on a real cluster. */
async function submit(context: RpcContext, transaction: WireTransaction): Promise<void> {
  const fate = context.weather.nextFate();
  if (fate.kind === 'drop') return;
  if (fate.kind === 'delay') {
    setTimeout(() => {
      context
        .exclusive(() => context.chain.land(transaction))
        .catch((error: Error) => context.onFailure(`a delayed transaction failed: ${error.message}`));
    }, fate.delayMs);
    return;
  }
  await context.chain.land(transaction);
  if (fate.kind === 'duplicate') await context.chain.land(transaction);
}

const simulateTransaction: RpcMethod = async (context, params) => {
  const config = configAt(params, 1);
  const original = transactionOf(params, config, 'base58');
  const replace = optionalBoolean(config, 'replaceRecentBlockhash');
  if (optionalBoolean(config, 'sigVerify')) {
    if (replace) throw invalidParams('sigVerify may not be used with replaceRecentBlockhash');
    if (!signaturesAreValid(original)) throw new RpcError(SIGNATURE_FAILURE, 'Transaction signature verification failure');
  }
  const slot = bankSlot(context, config);
  const blockhash = context.chain.blockhashes.at(slot);
  const transaction = replace ? withBlockhash(original, blockhash) : original;
  const wanted = accountsWanted(config);
  const result = await context.chain.simulate(transaction, slot, { checkLifetime: !replace });
  const { simulation } = result;
  let accounts: unknown = null;
  if (wanted !== null) {
    const write = accountWriter(context, wanted.config, slot);
    const list: unknown[] = [];
    for (const address of wanted.addresses) {
      const account = simulation.postAccounts.get(address) ?? (await context.chain.account(address, slot));
      list.push(simulation.error !== null || account === null || account.lamports === 0n ? null : await write(account));
    }
    accounts = list;
  }
  return withContext(slot, {
    ...outcomeOf(result),
    accounts,
    innerInstructions: optionalBoolean(config, 'innerInstructions') ? encodeInner(simulation, result.keys) : null,
    fee: simulation.processed ? simulation.fee : null,
    loadedAddresses: result.loaded,
    replacementBlockhash: replace ? { blockhash, lastValidBlockHeight: slot + BLOCKHASH_LIFE_SLOTS } : null,
  });
};

function outcomeOf({ simulation }: SimulationResult): Readonly<Record<string, unknown>> {
  return {
    err: simulation.error,
    logs: simulation.logs,
    unitsConsumed: simulation.unitsConsumed,
    returnData: encodeReturnData(simulation),
    loadedAccountsDataSize: 0,
    replacementBlockhash: null,
  };
}

const MOST_AIRDROP_LAMPORTS = 1_000_000_000_000_000n;

/** At most 1,000,000 SOL a call. */
const requestAirdrop: RpcMethod = async (context, params) => {
  const recipient = requireAddress(params, 0, 'pubkey');
  const lamports = asUnsigned(params[1], 'lamports');
  if (lamports > MOST_AIRDROP_LAMPORTS) throw invalidParams(`Invalid params: lamports must be at most ${MOST_AIRDROP_LAMPORTS}`);
  if (recipient === context.faucet.address) throw invalidParams('Invalid param: this is the faucet itself');
  const parsed = parseTransaction(context.faucet.transfer(recipient, lamports, context.chain.blockhashes.at(context.chain.slot())));
  if (!parsed.ok) throw invalidParams(`Invalid param: ${recipient} cannot be paid: ${parsed.problem}`);
  const landing = await context.chain.land(parsed.value);
  const error = landing.landed ? landing.transaction.execution.error : landing.execution.error;
  if (error !== null) throw new RpcError(-32603, `airdrop failed: ${transactionErrorText(error)}`);
  return encodeBase58(parsed.value.signatures[0] ?? new Uint8Array());
};

function transactionOf(params: readonly unknown[], config: Config, fallback: string): WireTransaction {
  const text = requireString(params, 0, 'transaction');
  const encoding = config['encoding'] ?? fallback;
  if (encoding !== 'base58' && encoding !== 'base64')
    throw invalidParams(`unsupported encoding: ${String(encoding)}. Supported encodings: base58, base64`);
  const most = encoding === 'base64' ? 1_644 : 1_683;
  const tooLarge = (what: string): RpcError =>
    invalidParams(
      `${encoding} encoded solana_transaction::versioned::VersionedTransaction too large: ${what} bytes (max: encoded/raw ${most}/${MAX_TRANSACTION_BYTES})`,
    );
  if (text.length > most) throw tooLarge(String(text.length));
  const bytes =
    encoding === 'base58' ? decodeBase58(text) : /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? Uint8Array.from(Buffer.from(text, 'base64')) : null;
  if (bytes === null) throw invalidParams(`invalid ${encoding} encoding`);
  if (bytes.length > MAX_TRANSACTION_BYTES) throw tooLarge(String(bytes.length));
  const parsed = parseTransaction(bytes);
  if (!parsed.ok) throw invalidParams(`failed to deserialize solana_transaction::versioned::VersionedTransaction: ${parsed.problem}`);
  return parsed.value;
}

/** The same transaction with another blockhash in its message. */
function withBlockhash(transaction: WireTransaction, blockhash: string): WireTransaction {
  const old = Buffer.from(addressBytes(transaction.message.recentBlockhash));
  const bytes = Uint8Array.from(transaction.bytes);
  const messageStart = bytes.length - transaction.messageBytes.length;
  const keysBytes = transaction.message.staticKeys.length * 32;
  const header = (transaction.message.version === 'legacy' ? 3 : 4) + (transaction.message.staticKeys.length < 128 ? 1 : 2);
  const at = messageStart + header + keysBytes;
  if (!old.equals(bytes.subarray(at, at + 32))) throw new Error('the blockhash is not where the message says');
  bytes.set(addressBytes(blockhash), at);
  const parsed = parseTransaction(bytes);
  if (!parsed.ok) throw new Error(`a new blockhash spoiled the transaction: ${parsed.problem}`);
  return parsed.value;
}

function accountsWanted(config: Config): { readonly addresses: readonly string[]; readonly config: Config } | null {
  const value = config['accounts'];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'object') throw invalidParams('Invalid params: accounts must be an object with addresses');
  const wanted = value as Config;
  const addresses = wanted['addresses'];
  if (!Array.isArray(addresses)) throw invalidParams('Invalid params: accounts.addresses must be an array');
  if (addresses.length > 256) throw invalidParams('Too many accounts provided; max 256');
  const encoding = wanted['encoding'] ?? 'base64';
  if (encoding === 'base58' || encoding === 'binary') throw invalidParams('base58 encoding not supported');
  return { addresses: addresses.map((address, index) => asAddress(address, `accounts.addresses[${index}]`)), config: { encoding } };
}

export const submissionMethods: Readonly<Record<string, RpcMethod>> = { sendTransaction, simulateTransaction, requestAirdrop };
