const P = 2n ** 255n - 19n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

/**
 * Whether 32 bytes decompress to a point of edwards25519, as curve25519-dalek's `CompressedEdwardsY::decompress` decides it: y (mod p) is
 * a coordinate iff (y² − 1)/(dy² + 1) is a square. The sign bit does not matter. Not a check of the subgroup.
 */
export function isOnCurve(bytes: Uint8Array): boolean {
  let y = 0n;
  for (let index = 31; index >= 0; index -= 1) y = (y << 8n) | BigInt(index === 31 ? (bytes[index] ?? 0) & 0x7f : (bytes[index] ?? 0));
  const square = (y * y) % P;
  const numerator = (square - 1n + P) % P;
  const denominator = (D * square + 1n) % P;
  // dy² + 1 is never 0 because −1/d is no square; u/v is a square iff uv is.
  return power((numerator * denominator) % P, (P - 1n) / 2n) !== P - 1n;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let factor = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * factor) % P;
    factor = (factor * factor) % P;
  }
  return result;
}
