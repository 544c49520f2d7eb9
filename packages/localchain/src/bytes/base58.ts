/** Base58 with Bitcoin's alphabet, as Solana writes addresses, signatures and blockhashes. */

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

const VALUES: Int8Array = new Int8Array(128).fill(-1);
for (let i = 0; i < ALPHABET.length; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

/** 58^5, the largest power of 58 whose product with a byte still fits an exact integer step. */
const STEP = 58 ** 5;

/** Text of any bytes; each leading zero byte is one `1`. */
export function encodeBase58(bytes: Uint8Array): string {
  let zeros = 0;
  while (zeros < bytes.length && bytes[zeros] === 0) zeros++;
  const limbs: number[] = [];
  for (let i = zeros; i < bytes.length; i++) {
    let carry = bytes[i] ?? 0;
    for (let j = 0; j < limbs.length; j++) {
      const value = (limbs[j] ?? 0) * 256 + carry;
      carry = Math.floor(value / STEP);
      limbs[j] = value - carry * STEP;
    }
    if (carry > 0) limbs.push(carry);
  }
  let text = '';
  for (const limb of limbs) {
    let rest = limb;
    for (let k = 0; k < 5; k++) {
      text = ALPHABET.charAt(rest % 58) + text;
      rest = Math.floor(rest / 58);
    }
  }
  let start = 0;
  while (start < text.length && text[start] === '1') start++;
  return '1'.repeat(zeros) + text.slice(start);
}

/** The bytes, or `null` when a character is not in the alphabet. */
export function decodeBase58(text: string): Uint8Array | null {
  let zeros = 0;
  while (zeros < text.length && text[zeros] === '1') zeros++;
  const bytes: number[] = [];
  for (let i = zeros; i < text.length; i++) {
    const code = text.charCodeAt(i);
    let carry = code < 128 ? (VALUES[code] ?? -1) : -1;
    if (carry < 0) return null;
    for (let j = 0; j < bytes.length; j++) {
      const value = (bytes[j] ?? 0) * 58 + carry;
      bytes[j] = value & 0xff;
      carry = value >> 8;
    }
    while (carry > 0) {
      bytes.push(carry & 0xff);
      carry >>= 8;
    }
  }
  const out = new Uint8Array(zeros + bytes.length);
  for (let i = 0; i < bytes.length; i++) out[zeros + i] = bytes[bytes.length - 1 - i] ?? 0;
  return out;
}
