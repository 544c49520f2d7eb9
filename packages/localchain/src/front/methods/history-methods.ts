/** What became of transactions. */
import { MEMO_PROGRAMS } from '../../wire/programs.ts';
import { parseTransaction, type WireTransaction } from '../../wire/transaction.ts';
import type { LandedTransaction } from '../landed-transaction.ts';
import {
  asSignature,
  type Config,
  commitmentOf,
  configAt,
  optionalBoolean,
  optionalNumber,
  requireAddress,
  requireArray,
} from '../params.ts';
import { bankSlot, type RpcMethod, withContext } from '../rpc-context.ts';
import { invalidParams, RpcError, UNSUPPORTED_VERSION } from '../rpc-error.ts';
import { encodeMeta, encodeTransaction, type TransactionEncoding } from '../transaction-encoding.ts';

/** A node answers from its status cache, and looks further back only when asked to. */
const STATUS_CACHE_SLOTS = 300;
const ENCODINGS: readonly TransactionEncoding[] = ['json', 'jsonParsed', 'base64', 'base58', 'binary'];

const getSignatureStatuses: RpcMethod = async (context, params) => {
  const signatures = requireArray(params, 0, 'signatures', 256).map((value, index) => asSignature(value, `signature ${index}`));
  const search = optionalBoolean(configAt(params, 1), 'searchTransactionHistory');
  const { chain, weather } = context;
  const slot = chain.slot();
  const value = signatures.map((signature) => {
    const found = chain.history.get(signature);
    if (found === null || (!search && found.slot < slot - STATUS_CACHE_SLOTS) || weather.isHidden(signature)) return null;
    const confirmationStatus = chain.commitmentOf(found.slot);
    const err = found.execution.error;
    return {
      slot: found.slot,
      confirmations: confirmationStatus === 'finalized' ? null : slot - found.slot,
      err,
      status: err === null ? { Ok: null } : { Err: err },
      confirmationStatus,
    };
  });
  return withContext(slot, value);
};

const getTransaction: RpcMethod = async (context, params) => {
  const signature = asSignature(params[0], 'signature');
  const config = typeof params[1] === 'string' ? { encoding: params[1] } : configAt(params, 1);
  const encoding = encodingOf(config);
  const slot = bankSlot(context, config, historyCommitment(config));
  const found = context.chain.history.get(signature);
  if (found === null || found.slot > slot || context.weather.isHidden(signature)) return null;
  const transaction = parsedAgain(found);
  const { version } = transaction.message;
  const most = config['maxSupportedTransactionVersion'];
  const asked = most !== undefined && most !== null;
  if (version !== 'legacy' && !asked) {
    throw new RpcError(
      UNSUPPORTED_VERSION,
      `Transaction version (${version}) is not supported by the requesting client. Please try the request again with the following configuration parameter: "maxSupportedTransactionVersion": ${version}`,
    );
  }
  return {
    slot: found.slot,
    blockTime: found.blockTime,
    transaction: encodeTransaction(transaction, found, encoding),
    meta: encodeMeta(found, encoding),
    ...(asked ? { version } : {}),
  };
};

const getSignaturesForAddress: RpcMethod = async (context, params) => {
  const address = requireAddress(params, 0, 'address');
  const config = configAt(params, 1);
  const slot = bankSlot(context, config, historyCommitment(config));
  const limit = optionalNumber(config, 'limit', 1_000, 1_000);
  if (limit === 0) throw invalidParams('Invalid limit; max 1000');
  const before = optionalSignature(config, 'before');
  const until = optionalSignature(config, 'until');
  const found: unknown[] = [];
  let started = before === null;
  for (const transaction of context.chain.history.ofAddress(address)) {
    if (found.length >= limit || transaction.signature === until) break;
    if (!started) {
      started = transaction.signature === before;
      continue;
    }
    if (transaction.slot > slot || context.weather.isHidden(transaction.signature)) continue;
    found.push({
      signature: transaction.signature,
      slot: transaction.slot,
      err: transaction.execution.error,
      memo: memoOf(transaction),
      blockTime: transaction.blockTime,
      confirmationStatus: context.chain.commitmentOf(transaction.slot),
    });
  }
  return found;
};

/** History is told of confirmed and finalized slots only. */
function historyCommitment(config: Config): 'confirmed' | 'finalized' {
  const commitment = commitmentOf(config);
  if (commitment === 'processed') throw invalidParams('Method does not support commitment below `confirmed`');
  return commitment;
}

function optionalSignature(config: Config, name: string): string | null {
  const value = config[name];
  return value === undefined || value === null ? null : asSignature(value, name);
}

function encodingOf(config: Config): TransactionEncoding {
  const value = config['encoding'] ?? 'json';
  const found = ENCODINGS.find((encoding) => encoding === value);
  if (found === undefined) throw invalidParams('Invalid params: encoding must be one of json, jsonParsed, base64, base58');
  return found;
}

/** Memos as `[bytes] text`, joined by `; `. */
function memoOf(landed: LandedTransaction): string | null {
  const { message } = parsedAgain(landed);
  const memos = message.instructions.filter((instruction) => MEMO_PROGRAMS.includes(message.staticKeys[instruction.programIdIndex] ?? ''));
  if (memos.length === 0) return null;
  return memos.map(({ data }) => `[${data.length}] ${new TextDecoder().decode(data)}`).join('; ');
}

function parsedAgain(landed: LandedTransaction): WireTransaction {
  const parsed = parseTransaction(landed.wire);
  if (!parsed.ok) throw new Error(`a landed transaction does not parse: ${parsed.problem}`);
  return parsed.value;
}

export const historyMethods: Readonly<Record<string, RpcMethod>> = { getSignatureStatuses, getTransaction, getSignaturesForAddress };
