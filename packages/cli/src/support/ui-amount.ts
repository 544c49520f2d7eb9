import { type Failure, misuse } from '../outcome.ts';
import { good, type Result } from '../result.ts';

const MAX_AMOUNT = 2n ** 64n - 1n;

/** Base units of an amount as people write it: `0.25` with 9 decimals is 250000000. No sign, exponent, separator or digit too many. */
export function parseUiAmount(text: string, decimals: number): Result<bigint, Failure> {
  const match = /^(0|[1-9][0-9]{0,19})(?:\.([0-9]+))?$/.exec(text);
  if (match === null) return misuse(`"${text}" is not an amount`, 'write digits with at most one point, such as 0.25');
  const [, whole = '0', fraction = ''] = match;
  if (fraction.length > decimals)
    return misuse(
      `"${text}" has ${fraction.length} digits after the point, and this asset has ${decimals}`,
      'leave the last digits away; nothing is rounded',
    );
  return inRange(BigInt(whole + fraction.padEnd(decimals, '0')), text);
}

/** An amount that is given in base units already. */
export function parseBaseUnits(text: string): Result<bigint, Failure> {
  if (!/^(0|[1-9][0-9]{0,19})$/.test(text))
    return misuse(`"${text}" is not a whole number of base units`, 'leave --base-units away to write 0.25');
  return inRange(BigInt(text), text);
}

function inRange(amount: bigint, text: string): Result<bigint, Failure> {
  if (amount === 0n) return misuse('an amount of nothing cannot be paid', 'give an amount above 0');
  if (amount > MAX_AMOUNT) return misuse(`"${text}" is more than a token can hold (2^64 − 1 base units)`, 'give a smaller amount');
  return good(amount);
}
