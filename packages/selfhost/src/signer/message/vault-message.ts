import type { Address } from '@countersign/core';
import { Refused } from '../refusal.ts';
import { createByteReader } from './byte-reader.ts';

/** Squads' compact transaction message (what a vault transaction stores), without lookup tables. */
export interface VaultMessage {
  readonly keys: readonly Address[];
  readonly signers: number;
  isWritable(index: number): boolean;
}

/** Reads to the last byte: u8 counts, u16 length of instruction data. Source: `TransactionMessage` of the Squads v4 program. */
export function parseVaultMessage(bytes: Uint8Array, at: number): VaultMessage {
  const reader = createByteReader(bytes, 'the vault message');
  const signers = reader.u8();
  const writableSigners = reader.u8();
  const writableOthers = reader.u8();
  const keys = Array.from({ length: reader.u8() }, () => reader.address());
  const fits = writableSigners <= signers && signers <= keys.length && writableOthers <= keys.length - signers;
  if (!fits || new Set(keys).size !== keys.length) throw new Refused('malformed', 'the counts of the vault message do not fit', at);
  const instructions = reader.u8();
  if (instructions === 0) throw new Refused('malformed', 'the vault message has no instruction', at);
  for (let index = 0; index < instructions; index += 1) {
    const program = reader.u8();
    const accounts = [...reader.bytes(reader.u8())];
    reader.bytes(reader.u16());
    if (program === 0 || [program, ...accounts].some((key) => key >= keys.length))
      throw new Refused('malformed', 'the vault message names an account that is not there', at);
  }
  if (reader.u8() !== 0) throw new Refused('unknown_shape', 'address lookup tables in a vault message are not signed', at);
  reader.end();
  return {
    keys,
    signers,
    isWritable: (index) => (index < signers ? index < writableSigners : index - signers < writableOthers),
  };
}
