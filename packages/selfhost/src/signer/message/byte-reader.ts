import { type Address, encodeBase58 } from '@countersign/core';
import { Refused } from '../refusal.ts';

/** Reads bytes from the front; running out, or `end` with bytes left, is `malformed`. Integers are little-endian. */
export interface ByteReader {
  u8(): number;
  u16(): number;
  u32(): number;
  u64(): bigint;
  bytes(count: number): Uint8Array;
  address(): Address;
  /** Solana's compact-u16; a spelling longer than needed is refused. */
  compactU16(): number;
  /** Borsh `Option`: 0 or 1, then the value. */
  option<T>(read: () => T): T | null;
  /** Borsh string: u32 length and UTF-8. */
  string(maxBytes: number): string;
  rest(): number;
  end(): void;
}

export function createByteReader(input: Uint8Array, what: string): ByteReader {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  let at = 0;
  const take = (count: number): number => {
    const from = at;
    if (count > input.length - from) throw new Refused('malformed', `${what} ends too early`);
    at += count;
    return from;
  };
  const reader: ByteReader = {
    u8: () => view.getUint8(take(1)),
    u16: () => view.getUint16(take(2), true),
    u32: () => view.getUint32(take(4), true),
    u64: () => view.getBigUint64(take(8), true),
    bytes: (count) => {
      const from = take(count);
      return input.subarray(from, from + count);
    },
    address: () => encodeBase58(reader.bytes(32)) as Address,
    compactU16: () => {
      let value = 0;
      for (let index = 0; index < 3; index += 1) {
        const byte = reader.u8();
        value |= (byte & 0x7f) << (7 * index);
        if (byte < 0x80) {
          if ((byte === 0 && index > 0) || value > 0xffff) break;
          return value;
        }
      }
      throw new Refused('malformed', `${what} has a length that is not a compact-u16`);
    },
    option: (read) => {
      const tag = reader.u8();
      if (tag > 1) throw new Refused('malformed', `${what} has an option that is neither absent nor present`);
      return tag === 0 ? null : read();
    },
    string: (maxBytes) => {
      const length = reader.u32();
      if (length > maxBytes) throw new Refused('malformed', `${what} has a text of more than ${maxBytes} bytes`);
      return decodeUtf8(reader.bytes(length), what);
    },
    rest: () => input.length - at,
    end: () => {
      if (at !== input.length) throw new Refused('malformed', `${what} has bytes after its end`);
    },
  };
  return reader;
}

export function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refused('malformed', `${what} has a text that is not UTF-8`);
  }
}
