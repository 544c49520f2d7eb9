/** Reads little-endian fields from the front; every read beyond the end throws `OutOfBytes`. */
export class OutOfBytes extends Error {}

export class ByteReader {
  readonly bytes: Uint8Array;
  offset = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  u8(): number {
    const value = this.bytes[this.offset];
    if (value === undefined) throw new OutOfBytes('the bytes end too early');
    this.offset += 1;
    return value;
  }

  take(length: number): Uint8Array {
    if (this.offset + length > this.bytes.length) throw new OutOfBytes('the bytes end too early');
    const slice = this.bytes.subarray(this.offset, this.offset + length);
    this.offset += length;
    return slice;
  }

  /** Solana's compact-u16 (1 to 3 bytes, shortest form only). */
  compactU16(): number {
    let value = 0;
    for (let i = 0; i < 3; i++) {
      const byte = this.u8();
      if (i > 0 && byte === 0) throw new OutOfBytes('a length is not in its shortest form');
      value |= (byte & 0x7f) << (7 * i);
      if ((byte & 0x80) === 0) {
        if (value > 0xffff) break;
        return value;
      }
    }
    throw new OutOfBytes('a length is above 65,535');
  }

  atEnd(): boolean {
    return this.offset === this.bytes.length;
  }
}
