import { type Address, type DomainError, domainError, encodeBase58, fail, ok, type Result } from '@countersign/core';
import { ByteReader } from './bytes/byte-reader.ts';
import { Malformed } from './bytes/malformed.ts';

/** An account as an instruction names it; `address` is `null` when it comes from a lookup table, which the bytes do not resolve. */
export interface ParsedAccount {
  readonly address: Address | null;
  readonly signer: boolean;
  readonly writable: boolean;
}

export interface ParsedInstruction {
  readonly program: Address;
  readonly accounts: readonly ParsedAccount[];
  readonly data: Uint8Array;
}

/** A message taken apart, complete to the last byte. */
export interface ParsedMessage {
  readonly version: 'legacy' | 0;
  /** Who must sign, in the order of the signature slots; the first pays the fee. */
  readonly signers: readonly Address[];
  readonly keys: readonly Address[];
  /** Base58. */
  readonly blockhash: string;
  readonly instructions: readonly ParsedInstruction[];
  /** Address lookup tables that the message loads accounts from. */
  readonly lookupTables: readonly Address[];
}

/** The largest transaction, in bytes; the message shares it with its signatures (64 bytes each) and their count (1 byte). */
const MAX_TRANSACTION_BYTES = 1_232;
const MAX_ACCOUNTS = 256;

/**
 * Takes a legacy or version 0 message apart, as strictly as the runtime and stricter: shortest lengths, a consistent header, distinct
 * keys, indices in range, no byte left over, no longer than a transaction can be. Error: `undecodable_message`.
 */
export function parseMessage(bytes: Uint8Array): Result<ParsedMessage, DomainError> {
  try {
    return ok(parse(bytes));
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return fail(domainError('undecodable_message', { problem: `the message ${error.message}` }));
  }
}

function parse(bytes: Uint8Array): ParsedMessage {
  const reader = new ByteReader(bytes);
  const first = reader.u8();
  const version = first < 0x80 ? 'legacy' : first === 0x80 ? 0 : null;
  if (version === null) throw new Malformed(`has version ${first & 0x7f}, which is not understood`);
  const signatures = version === 'legacy' ? first : reader.u8();
  const readonlySigned = reader.u8();
  const readonlyUnsigned = reader.u8();
  const keys = reader.list(reader.compactU16(), () => reader.address());
  if (signatures === 0 || readonlySigned >= signatures || signatures + readonlyUnsigned > keys.length)
    throw new Malformed('has a header that does not fit its keys');
  if (1 + 64 * signatures + bytes.length > MAX_TRANSACTION_BYTES) throw new Malformed('is longer than a transaction can be');
  if (new Set(keys).size !== keys.length) throw new Malformed('names a key twice');
  const blockhash = encodeBase58(reader.bytes(32));
  const compiled = reader.list(reader.compactU16(), () => ({
    program: reader.u8(),
    accounts: reader.bytes(reader.compactU16()),
    data: reader.bytes(reader.compactU16()),
  }));
  const lookups = version === 0 ? reader.list(reader.compactU16(), () => readLookup(reader)) : [];
  reader.end();

  const writableLoaded = lookups.reduce((sum, { writable }) => sum + writable, 0);
  const total = keys.length + lookups.reduce((sum, { writable, readonly }) => sum + writable + readonly, 0);
  if (total > MAX_ACCOUNTS) throw new Malformed('loads more than 256 accounts');
  const accountAt = (index: number): ParsedAccount => {
    if (index >= total) throw new Malformed('names an account that it does not have');
    const key = keys[index];
    if (key === undefined) return { address: null, signer: false, writable: index < keys.length + writableLoaded };
    const signer = index < signatures;
    return { address: key, signer, writable: signer ? index < signatures - readonlySigned : index < keys.length - readonlyUnsigned };
  };
  const accounts = Array.from({ length: total }, (_, index) => accountAt(index));
  return {
    version,
    signers: keys.slice(0, signatures),
    keys,
    blockhash,
    instructions: compiled.map((instruction) => {
      const program = keys[instruction.program];
      if (program === undefined || instruction.program === 0) throw new Malformed('calls a program that is not among its own keys');
      return {
        program,
        accounts: Array.from(instruction.accounts, (index) => accounts[index] ?? accountAt(index)),
        data: instruction.data,
      };
    }),
    lookupTables: lookups.map(({ table }) => table),
  };
}

function readLookup(reader: ByteReader): { readonly table: Address; readonly writable: number; readonly readonly: number } {
  const table = reader.address();
  const writable = reader.bytes(reader.compactU16()).length;
  const readonly = reader.bytes(reader.compactU16()).length;
  if (writable + readonly === 0) throw new Malformed('names a lookup table and takes nothing from it');
  return { table, writable, readonly };
}
