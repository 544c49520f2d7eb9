/** The field of edwards25519 (RFC 8032 §5.1): p = 2^255 − 19, d = −121665/121666. */
const P = 2n ** 255n - 19n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const MASK = 2n ** 255n - 1n;

/**
 * Whether 32 bytes are the compressed form of a point of edwards25519, as Solana's runtime asks of an address: the top bit is ignored,
 * y is reduced, and x² = (y² − 1)/(d·y² + 1) has a root. The denominator is never 0, since −1/d is no square.
 */
export function isOnCurve(bytes: Uint8Array): boolean {
  const littleEndian = Buffer.from(bytes).reverse().toString('hex');
  const y = (BigInt(`0x${littleEndian}`) & MASK) % P;
  const y2 = (y * y) % P;
  // u/v is a square exactly when u·v is: they differ by the square v².
  return jacobi((((y2 - 1n + P) % P) * (D * y2 + 1n)) % P) !== -1;
}

/** The Jacobi symbol (a/p): 1 for squares, 0 for 0, −1 otherwise. */
function jacobi(value: bigint): -1 | 0 | 1 {
  let a = value;
  let n = P;
  let sign: -1 | 1 = 1;
  while (a !== 0n) {
    while ((a & 1n) === 0n) {
      const low = a & 0xffn;
      const shift = low === 0n ? 8 : trailingZeros(Number(low));
      a >>= BigInt(shift);
      const eighth = n & 7n;
      if (shift % 2 === 1 && (eighth === 3n || eighth === 5n)) sign = sign === 1 ? -1 : 1;
    }
    if ((a & 3n) === 3n && (n & 3n) === 3n) sign = sign === 1 ? -1 : 1;
    [a, n] = [n % a, a];
  }
  return n === 1n ? sign : 0;
}

function trailingZeros(byte: number): number {
  return 31 - Math.clz32(byte & -byte);
}
