/** Little-endian fields of instruction data and account data. */
export const u8 = (value: number): Buffer => Buffer.from([value & 0xff]);
export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
export function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return bytes;
}
export const hex = (text: string): Buffer => Buffer.from(text, 'hex');
export const cat = (...parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts);
/** Solana's compact-u16; `longer` adds a byte that says nothing, as only a forger writes it. */
export function compactU16(value: number, longer = false): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  return longer ? Buffer.from([...bytes, rest | 0x80, 0]) : Buffer.from([...bytes, rest]);
}
/** bincode: u64 length, then the bytes. */
export function longText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return cat(u64(BigInt(bytes.length)), bytes);
}
