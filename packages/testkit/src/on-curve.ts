/** edwards25519: p = 2^255 − 19, d = −121665/121666 (RFC 8032 §5.1). */
const P = 2n ** 255n - 19n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

/** Whether 32 bytes are a compressed point: x² = (y² − 1)/(d·y² + 1) has a root, by Euler's criterion on numerator · denominator. */
export function isOnCurve(bytes: Uint8Array): boolean {
  const y = (BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`) & (2n ** 255n - 1n)) % P;
  const y2 = (y * y) % P;
  const product = (((y2 - 1n + P) % P) * (D * y2 + 1n)) % P;
  return product === 0n || power(product, (P - 1n) / 2n) === 1n;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % P)
    if ((rest & 1n) === 1n) result = (result * square) % P;
  return result;
}

const MOST_REMEMBERED = 10_000;

/** The same function, which answers at once what it was asked before. */
export function remembered<Value>(work: (key: string) => Value): (key: string) => Value {
  const known = new Map<string, Value>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const value = work(key);
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(key, value);
    return value;
  };
}
