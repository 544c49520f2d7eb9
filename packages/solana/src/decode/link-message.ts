import type { Address } from '@countersign/core';
import { Malformed } from './bytes/malformed.ts';
import type { MessageConfig, ParsedAccount, ParsedLookup, ParsedMessage } from './parsed-message.ts';

const MAX_ACCOUNTS = 256;

/** A message as its bytes have it: instructions name accounts by index. */
export interface CompiledMessage {
  readonly version: 'legacy' | 0 | 1;
  readonly signatures: number;
  readonly readonlySigned: number;
  readonly readonlyUnsigned: number;
  readonly keys: readonly Address[];
  readonly blockhash: string;
  readonly instructions: readonly { readonly program: number; readonly accounts: Uint8Array; readonly data: Uint8Array }[];
  readonly lookups: readonly ParsedLookup[];
  readonly config: MessageConfig | null;
}

/** Puts accounts in the place of indices, and checks that header, keys and indices fit. Throws `Malformed`. */
export function linkMessage(compiled: CompiledMessage): ParsedMessage {
  const { version, signatures, readonlySigned, readonlyUnsigned, keys, blockhash, lookups, config } = compiled;
  if (signatures === 0 || readonlySigned >= signatures || signatures + readonlyUnsigned > keys.length)
    throw new Malformed('has a header that does not fit its keys');
  if (new Set(keys).size !== keys.length) throw new Malformed('names a key twice');
  if (new Set(lookups.map(({ table }) => table)).size !== lookups.length) throw new Malformed('names a lookup table twice');
  const writableLoaded = lookups.reduce((sum, { writable }) => sum + writable.length, 0);
  const total = keys.length + lookups.reduce((sum, { writable, readonly }) => sum + writable.length + readonly.length, 0);
  if (total > MAX_ACCOUNTS) throw new Malformed('loads more than 256 accounts');
  const accounts = Array.from({ length: total }, (_, index): ParsedAccount => {
    const key = keys[index];
    if (key === undefined) return { address: null, index, signer: false, writable: index < keys.length + writableLoaded };
    const signer = index < signatures;
    return { address: key, index, signer, writable: signer ? index < signatures - readonlySigned : index < keys.length - readonlyUnsigned };
  });
  const accountAt = (index: number): ParsedAccount => {
    const account = accounts[index];
    if (account === undefined) throw new Malformed('names an account that it does not have');
    return account;
  };
  const instructions = compiled.instructions.map((instruction) => {
    const program = keys[instruction.program];
    if (program === undefined || instruction.program === 0) throw new Malformed('calls a program that is not among its own keys');
    return { program, accounts: Array.from(instruction.accounts, accountAt), data: instruction.data };
  });
  return { version, signers: keys.slice(0, signatures), keys, accounts, blockhash, instructions, lookups, config };
}
