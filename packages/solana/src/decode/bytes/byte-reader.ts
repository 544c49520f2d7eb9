import { ADDRESS_BYTES, type Address } from '@countersign/core';
import { addressOfBytes } from '../addresses/address-bytes.ts';
import { Malformed } from './malformed.ts';

/** Reads a byte string once, front to back; every read past the end throws `Malformed`. Integers are little-endian. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  bytes(count: number): Uint8Array {
    const start = this.#advance(count);
    return this.#bytes.subarray(start, start + count);
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true);
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.#advance(8), true);
  }

  address(): Address {
    return addressOfBytes(this.bytes(ADDRESS_BYTES));
  }

  /** Borsh bool: 0 or 1. */
  bool(): boolean {
    const byte = this.u8();
    if (byte > 1) throw new Malformed(`${byte} is not a boolean`);
    return byte === 1;
  }

  /** The u32 tag of an option in account data: 0 or 1. */
  tag(): boolean {
    const tag = this.u32();
    if (tag > 1) throw new Malformed(`${tag} is not the tag of an option`);
    return tag === 1;
  }

  /** An option of fixed size in account data: u32 tag, 32 bytes that count for nothing without it. */
  taggedAddress(): Address | null {
    const present = this.tag();
    const value = this.bytes(ADDRESS_BYTES);
    return present ? addressOfBytes(value) : null;
  }

  /** Borsh Option: 0, or 1 and the value. */
  option<T>(read: () => T): T | null {
    return this.bool() ? read() : null;
  }

  /** Every byte that is left. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  /** Bincode's String: u64 length, UTF-8. The bytes, at most 32: all that a seed may have. */
  seed(): Uint8Array {
    const length = this.u64();
    if (length > 32n) throw new Malformed('has a seed of more than 32 bytes');
    return this.bytes(Number(length));
  }

  list<T>(count: number, read: () => T): readonly T[] {
    return Array.from({ length: count }, read);
  }

  /** Solana's compact-u16: 7 bits a byte, low bits first, at most 3 bytes, and only the shortest form. */
  compactU16(): number {
    let value = 0;
    for (let index = 0; index < 3; index += 1) {
      const byte = this.u8();
      value |= (byte & 0x7f) << (7 * index);
      if (byte < 0x80) {
        if (byte === 0 && index > 0) throw new Malformed('a length is not in its shortest form');
        if (value > 0xffff) throw new Malformed('a length is above 65535');
        return value;
      }
    }
    throw new Malformed('a length has more than 3 bytes');
  }

  /** Throws unless every byte was read. */
  end(): void {
    if (this.remaining !== 0) throw new Malformed(`${this.remaining} bytes are left over`);
  }

  #advance(count: number): number {
    if (this.remaining < count) throw new Malformed('ends too early');
    const start = this.#at;
    this.#at += count;
    return start;
  }
}
