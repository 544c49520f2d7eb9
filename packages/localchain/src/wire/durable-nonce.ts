/**
 * Durable nonces: a transaction whose first instruction is the System program's `AdvanceNonceAccount` (4) may name, instead of a
 * recent blockhash, the value stored in that nonce account.
 * Account layout, 80 bytes: version u32 (1), state u32 (1 = initialised), authority 32, durable nonce 32, lamports per signature u64.
 */
import { createHash } from 'node:crypto';
import { encodeBase58 } from '../bytes/base58.ts';
import type { SvmAccount } from '../svm/svm.ts';
import { SYSTEM_PROGRAM } from './programs.ts';
import { isWritableStatic, type WireMessage } from './transaction.ts';

const NONCE_OFFSET = 40;
const NONCE_ACCOUNT_BYTES = 80;

export interface NonceState {
  readonly authority: string;
  /** Base58 of the 32 bytes that a transaction names as its blockhash. */
  readonly nonce: string;
  readonly lamportsPerSignature: bigint;
}

/** The nonce account that a message spends, or `null` when its first instruction does not advance one. */
export function nonceAddressOf(message: WireMessage): string | null {
  const first = message.instructions[0];
  if (first === undefined || message.staticKeys[first.programIdIndex] !== SYSTEM_PROGRAM) return null;
  if (first.data.length < 4 || first.data[0] !== 4 || first.data[1] !== 0 || first.data[2] !== 0 || first.data[3] !== 0) return null;
  const index = first.accountIndexes[0];
  if (index === undefined || index >= message.staticKeys.length || !isWritableStatic(message, index)) return null;
  return message.staticKeys[index] ?? null;
}

/** The state of an initialised nonce account, or `null` for any other account. */
export function decodeNonce(account: SvmAccount | null): NonceState | null {
  if (account === null || account.owner !== SYSTEM_PROGRAM || account.data.length !== NONCE_ACCOUNT_BYTES) return null;
  const view = new DataView(account.data.buffer, account.data.byteOffset, account.data.byteLength);
  if (view.getUint32(0, true) !== 1 || view.getUint32(4, true) !== 1) return null;
  return {
    authority: encodeBase58(account.data.subarray(8, 40)),
    nonce: encodeBase58(account.data.subarray(NONCE_OFFSET, NONCE_OFFSET + 32)),
    lamportsPerSignature: view.getBigUint64(72, true),
  };
}

/** Whether the message signs as the authority of the nonce and names its stored value. */
export function spendsNonce(message: WireMessage, nonce: NonceState): boolean {
  const authority = message.staticKeys.indexOf(nonce.authority);
  const named = message.instructions[0]?.accountIndexes.includes(authority) ?? false;
  return nonce.nonce === message.recentBlockhash && named && authority >= 0 && authority < message.numRequiredSignatures;
}

/** The durable nonce that a blockhash of 32 bytes gives: SHA-256("DURABLE_NONCE" ‖ blockhash). */
export function durableNonceOf(blockhash: Uint8Array): Uint8Array {
  return createHash('sha256').update('DURABLE_NONCE').update(blockhash).digest();
}

/** The nonce account after its nonce was advanced; its other bytes and its lamports stay. */
export function withNonce(account: SvmAccount, nonce: Uint8Array): SvmAccount {
  const data = Uint8Array.from(account.data);
  data.set(nonce, NONCE_OFFSET);
  return { ...account, data };
}
