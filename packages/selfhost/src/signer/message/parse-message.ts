import type { Address } from '@countersign/core';
import { Refused } from '../refusal.ts';
import { createByteReader } from './byte-reader.ts';

export interface MessageInstruction {
  /** Position among the top-level instructions, from 0. */
  readonly at: number;
  readonly program: Address;
  readonly programIndex: number;
  /** Indexes into `keys`. */
  readonly accounts: readonly number[];
  readonly data: Uint8Array;
}

/** A legacy or version 0 message without lookup tables, read to its last byte. */
export interface ParsedMessage {
  readonly keys: readonly Address[];
  readonly requiredSignatures: number;
  readonly instructions: readonly MessageInstruction[];
  isSigner(index: number): boolean;
  isWritable(index: number): boolean;
}

/** Largest transaction packet, in bytes, with its signatures. */
const PACKET_BYTES = 1232;
const VERSION_PREFIX = 0x80;

/**
 * INVARIANT I1: every byte is accounted for, or the message is refused. Source: Solana's message wire format; SIMD-0385 (version 1) is refused.
 */
export function parseMessage(bytes: Uint8Array): ParsedMessage {
  if (bytes.length > PACKET_BYTES) throw new Refused('malformed', 'the message is longer than a packet');
  const reader = createByteReader(bytes, 'the message');
  const first = reader.u8();
  const versioned = (first & VERSION_PREFIX) !== 0;
  if (versioned && first !== VERSION_PREFIX) throw new Refused('malformed', `version ${first & 0x7f} of messages is not known`);
  const requiredSignatures = versioned ? reader.u8() : first;
  const readonlySigned = reader.u8();
  const readonlyUnsigned = reader.u8();
  const keys = Array.from({ length: reader.compactU16() }, () => reader.address());
  assertHeader(keys, requiredSignatures, readonlySigned, readonlyUnsigned);
  reader.bytes(32);
  const compiled = Array.from({ length: reader.compactU16() }, () => ({
    programIndex: reader.u8(),
    accounts: [...reader.bytes(reader.compactU16())],
    data: reader.bytes(reader.compactU16()),
  }));
  if (versioned && reader.compactU16() !== 0) throw new Refused('unknown_shape', 'address lookup tables are not signed');
  reader.end();
  if (bytes.length + 1 + 64 * requiredSignatures > PACKET_BYTES) throw new Refused('malformed', 'the transaction is longer than a packet');
  const instructions = compiled.map(({ programIndex, accounts, data }, at): MessageInstruction => {
    const program = keys[programIndex];
    if (program === undefined || programIndex === 0) throw new Refused('malformed', 'has no program', at);
    if (accounts.some((index) => index >= keys.length)) throw new Refused('malformed', 'names an account that is not there', at);
    return { at, program, programIndex, accounts, data };
  });
  const firstReadonlyUnsigned = keys.length - readonlyUnsigned;
  return {
    keys,
    requiredSignatures,
    instructions,
    isSigner: (index) => index < requiredSignatures,
    isWritable: (index) => (index < requiredSignatures ? index < requiredSignatures - readonlySigned : index < firstReadonlyUnsigned),
  };
}

function assertHeader(keys: readonly Address[], required: number, readonlySigned: number, readonlyUnsigned: number): void {
  const possible = required >= 1 && required <= keys.length && readonlySigned < required && readonlyUnsigned <= keys.length - required;
  if (!possible) throw new Refused('malformed', 'the header does not fit the accounts');
  if (new Set(keys).size !== keys.length) throw new Refused('malformed', 'an account stands twice');
}
