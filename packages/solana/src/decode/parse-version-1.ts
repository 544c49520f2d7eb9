import { addressText } from './addresses/address-text.ts';
import type { ByteReader } from './bytes/byte-reader.ts';
import { Malformed } from './bytes/malformed.ts';
import type { CompiledMessage } from './link-message.ts';
import type { MessageConfig } from './parsed-message.ts';

/** Signatures included: they follow the message without a count. */
const MAX_TRANSACTION_BYTES = 4_096;
const MAX_SIGNATURES = 12;
const MAX_KEYS = 64;
const MAX_INSTRUCTIONS = 64;
const MAX_UNITS = 1_400_000;
const HEAP_STEP_BYTES = 1_024;
const MIN_HEAP_BYTES = 32 * 1_024;
const MAX_HEAP_BYTES = 256 * 1_024;

/** Bits of the configuration mask; the priority fee has two, and needs both. */
const PRIORITY_FEE = 0b11;
const UNIT_LIMIT = 0b100;
const LOADED_BYTES = 0b1000;
const HEAP = 0b1_0000;

/**
 * Version 1 after its version byte (SIMD-0385): header (3 bytes), u32 configuration mask, blockhash (32), u8 instructions, u8 keys, keys,
 * configuration values in the order of their bits (4 bytes for each bit), instruction headers (u8 program, u8 accounts, u16 data bytes),
 * then for each instruction its account indices and its data. No lookup tables.
 */
export function parseVersion1(reader: ByteReader, messageBytes: number): CompiledMessage {
  const [signatures, readonlySigned, readonlyUnsigned] = [reader.u8(), reader.u8(), reader.u8()];
  const mask = reader.u32();
  const blockhash: string = addressText(reader.bytes(32));
  const instructionCount = reader.u8();
  const keyCount = reader.u8();
  if (signatures > MAX_SIGNATURES) throw new Malformed(`needs ${signatures} signatures, more than ${MAX_SIGNATURES}`);
  if (instructionCount > MAX_INSTRUCTIONS) throw new Malformed(`has more than ${MAX_INSTRUCTIONS} instructions`);
  if (keyCount > MAX_KEYS) throw new Malformed(`has more than ${MAX_KEYS} keys`);
  if (64 * signatures + messageBytes > MAX_TRANSACTION_BYTES) throw new Malformed('is longer than a transaction can be');
  const keys = reader.list(keyCount, () => reader.address());
  const config = readConfig(reader, mask);
  const headers = reader.list(instructionCount, () => ({ program: reader.u8(), accounts: reader.u8(), data: reader.u16() }));
  const instructions = headers.map(({ program, accounts, data }) => ({
    program,
    accounts: reader.bytes(accounts),
    data: reader.bytes(data),
  }));
  reader.end();
  return { version: 1, signatures, readonlySigned, readonlyUnsigned, keys, blockhash, instructions, lookups: [], config };
}

function readConfig(reader: ByteReader, mask: number): MessageConfig {
  if ((mask & ~(PRIORITY_FEE | UNIT_LIMIT | LOADED_BYTES | HEAP)) !== 0)
    throw new Malformed('asks for a configuration that is not understood');
  const feeBits = mask & PRIORITY_FEE;
  if (feeBits !== 0 && feeBits !== PRIORITY_FEE) throw new Malformed('asks for half a priority fee');
  const config: MessageConfig = {
    priorityFeeLamports: feeBits === 0 ? null : reader.u64(),
    computeUnitLimit: (mask & UNIT_LIMIT) === 0 ? null : reader.u32(),
    loadedAccountsBytes: (mask & LOADED_BYTES) === 0 ? null : reader.u32(),
    heapBytes: (mask & HEAP) === 0 ? null : reader.u32(),
  };
  if ((config.computeUnitLimit ?? 0) > MAX_UNITS) throw new Malformed('asks for more compute units than a transaction can have');
  const heap = config.heapBytes ?? MIN_HEAP_BYTES;
  if (heap % HEAP_STEP_BYTES !== 0 || heap < MIN_HEAP_BYTES || heap > MAX_HEAP_BYTES)
    throw new Malformed(`asks for a heap of ${heap} bytes`);
  return config;
}
