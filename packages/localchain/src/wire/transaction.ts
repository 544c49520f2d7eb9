/**
 * The wire format of Solana transactions, legacy and version 0: signatures (compact-u16 count, 64 bytes each), then the message.
 * Source: https://solana.com/docs/core/transactions and SIMD-0000's versioned messages.
 */
import { encodeBase58 } from '../bytes/base58.ts';
import { ByteReader, OutOfBytes } from '../bytes/byte-reader.ts';

/** The largest transaction a cluster takes: one IPv6 packet of 1,280 bytes less 48 bytes of headers. */
export const MAX_TRANSACTION_BYTES = 1_232;

export interface WireInstruction {
  readonly programIdIndex: number;
  readonly accountIndexes: Uint8Array;
  readonly data: Uint8Array;
}

export interface WireLookup {
  readonly table: string;
  readonly writable: Uint8Array;
  readonly readonly: Uint8Array;
}

export interface WireMessage {
  readonly version: 'legacy' | 0;
  readonly numRequiredSignatures: number;
  readonly numReadonlySigned: number;
  readonly numReadonlyUnsigned: number;
  readonly staticKeys: readonly string[];
  readonly recentBlockhash: string;
  readonly instructions: readonly WireInstruction[];
  readonly lookups: readonly WireLookup[];
}

export interface WireTransaction {
  readonly bytes: Uint8Array;
  readonly signatures: readonly Uint8Array[];
  /** The signed bytes. */
  readonly messageBytes: Uint8Array;
  readonly message: WireMessage;
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** Parses a message and nothing but a message; the rules are those of a validator's `sanitize`. */
export function parseMessage(bytes: Uint8Array): Parsed<WireMessage> {
  return guarded(() => {
    const reader = new ByteReader(bytes);
    const message = readMessage(reader);
    return reader.atEnd() ? message : 'there are bytes after the message';
  });
}

/** Parses a transaction and nothing but a transaction. */
export function parseTransaction(bytes: Uint8Array): Parsed<WireTransaction> {
  return guarded(() => {
    const reader = new ByteReader(bytes);
    const count = reader.compactU16();
    const signatures: Uint8Array[] = [];
    for (let i = 0; i < count; i++) signatures.push(reader.take(64));
    const messageBytes = bytes.subarray(reader.offset);
    const message = readMessage(reader);
    if (typeof message === 'string') return message;
    if (!reader.atEnd()) return 'there are bytes after the message';
    if (count !== message.numRequiredSignatures) return `it has ${count} signatures and needs ${message.numRequiredSignatures}`;
    return { bytes, signatures, messageBytes, message };
  });
}

function guarded<T extends object>(read: () => T | string): Parsed<T> {
  try {
    const value = read();
    return typeof value === 'string' ? { ok: false, problem: value } : { ok: true, value };
  } catch (error) {
    if (error instanceof OutOfBytes) return { ok: false, problem: error.message };
    throw error;
  }
}

function readMessage(reader: ByteReader): WireMessage | string {
  const first = reader.u8();
  const versioned = (first & 0x80) !== 0;
  if (versioned && (first & 0x7f) !== 0) return `message version ${first & 0x7f} is not supported`;
  const numRequiredSignatures = versioned ? reader.u8() : first;
  const numReadonlySigned = reader.u8();
  const numReadonlyUnsigned = reader.u8();
  const staticKeys: string[] = [];
  for (let n = reader.compactU16(); n > 0; n--) staticKeys.push(encodeBase58(reader.take(32)));
  const recentBlockhash = encodeBase58(reader.take(32));
  const instructions: WireInstruction[] = [];
  for (let n = reader.compactU16(); n > 0; n--) {
    const programIdIndex = reader.u8();
    const accountIndexes = reader.take(reader.compactU16());
    instructions.push({ programIdIndex, accountIndexes, data: reader.take(reader.compactU16()) });
  }
  const lookups: WireLookup[] = [];
  if (versioned) {
    for (let n = reader.compactU16(); n > 0; n--) {
      const table = encodeBase58(reader.take(32));
      const writable = reader.take(reader.compactU16());
      lookups.push({ table, writable, readonly: reader.take(reader.compactU16()) });
    }
  }
  const message: WireMessage = {
    version: versioned ? 0 : 'legacy',
    numRequiredSignatures,
    numReadonlySigned,
    numReadonlyUnsigned,
    staticKeys,
    recentBlockhash,
    instructions,
    lookups,
  };
  return problemOf(message) ?? message;
}

function problemOf(message: WireMessage): string | null {
  const keys = message.staticKeys.length;
  if (message.numRequiredSignatures === 0 || message.numReadonlySigned >= message.numRequiredSignatures)
    return 'it has no writable fee payer';
  if (message.numRequiredSignatures + message.numReadonlyUnsigned > keys) return 'its header counts more accounts than it has';
  if (new Set(message.staticKeys).size !== keys) return 'it names an account twice';
  const total = keys + message.lookups.reduce((sum, lookup) => sum + lookup.writable.length + lookup.readonly.length, 0);
  if (total > 256) return 'it names more than 256 accounts';
  for (const lookup of message.lookups) if (lookup.writable.length + lookup.readonly.length === 0) return 'an address lookup is empty';
  for (const instruction of message.instructions) {
    if (instruction.programIdIndex === 0 || instruction.programIdIndex >= keys) return 'an instruction names no program';
    for (const index of instruction.accountIndexes) if (index >= total) return 'an instruction names an account that is not there';
  }
  return null;
}

/** Whether the static key at `index` is writable by the header alone. */
export function isWritableStatic(message: WireMessage, index: number): boolean {
  return index < message.numRequiredSignatures
    ? index < message.numRequiredSignatures - message.numReadonlySigned
    : index < message.staticKeys.length - message.numReadonlyUnsigned;
}
