import { type Address, type DomainError, domainError, fail, ok, type Result } from '@countersign/core';
import { addressText } from './addresses/address-text.ts';
import { ByteReader } from './bytes/byte-reader.ts';
import { Malformed } from './bytes/malformed.ts';
import { type CompiledMessage, linkMessage } from './link-message.ts';
import { parseVersion1 } from './parse-version-1.ts';
import type { ParsedLookup, ParsedMessage } from './parsed-message.ts';

/** The largest transaction, in bytes; the message shares it with its signatures (64 bytes each) and their count (1 byte). */
const MAX_TRANSACTION_BYTES = 1_232;
const VERSIONED = 0x80;

/**
 * Takes a legacy, version 0 or version 1 (SIMD-0385) message apart, as strictly as the runtime and stricter: shortest lengths, a consistent
 * header, distinct keys, indices in range, no byte left over, no longer than a transaction can be. Error: `undecodable_message`.
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
  if (first < VERSIONED) return linkMessage(parseEarly(reader, 'legacy', first, bytes.length));
  if (first === VERSIONED) return linkMessage(parseEarly(reader, 0, reader.u8(), bytes.length));
  if (first === VERSIONED + 1) return linkMessage(parseVersion1(reader, bytes.length));
  throw new Malformed(`has version ${first & 0x7f}, which is not understood`);
}

/** Legacy and version 0: header, keys, blockhash, instructions, and for version 0 lookups, with compact-u16 lengths. */
function parseEarly(reader: ByteReader, version: 'legacy' | 0, signatures: number, messageBytes: number): CompiledMessage {
  const readonlySigned = reader.u8();
  const readonlyUnsigned = reader.u8();
  const keys = addresses(reader, reader.compactU16());
  if (1 + 64 * signatures + messageBytes > MAX_TRANSACTION_BYTES) throw new Malformed('is longer than a transaction can be');
  const blockhash: string = addressText(reader.bytes(32));
  const instructions = reader.list(reader.compactU16(), () => ({
    program: reader.u8(),
    accounts: reader.bytes(reader.compactU16()),
    data: reader.bytes(reader.compactU16()),
  }));
  const lookups = version === 0 ? reader.list(reader.compactU16(), () => readLookup(reader)) : [];
  reader.end();
  return { version, signatures, readonlySigned, readonlyUnsigned, keys, blockhash, instructions, lookups, config: null };
}

function addresses(reader: ByteReader, count: number): readonly Address[] {
  if (count * 32 > reader.remaining) throw new Malformed('ends too early');
  return reader.list(count, () => reader.address());
}

function readLookup(reader: ByteReader): ParsedLookup {
  const table = reader.address();
  const writable = [...reader.bytes(reader.compactU16())];
  const readonly = [...reader.bytes(reader.compactU16())];
  if (writable.length + readonly.length === 0) throw new Malformed('names a lookup table and takes nothing from it');
  return { table, writable, readonly };
}
