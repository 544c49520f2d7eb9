import { type DomainError, domainError } from './errors.ts';
import { fail, ok, type Result } from './result.ts';

/** The largest amount that the chain's programs can move: 2^64 − 1 base units. */
export const MAX_AMOUNT: bigint = 2n ** 64n - 1n;

/** Parses an amount in base units: a decimal string of a whole number from 1 to 2^64 − 1, no sign, no leading zero. */
export function parseAmount(text: unknown, field = 'amount'): Result<bigint, DomainError> {
  const problem = (words: string): Result<bigint, DomainError> => fail(domainError('invalid_field', { field, problem: words }));
  if (typeof text !== 'string') return problem('must be a string of decimal digits, in base units');
  if (!/^(0|[1-9][0-9]{0,19})$/.test(text))
    return problem('must be decimal digits only: a whole number of base units without sign, point or leading zero');
  const amount = BigInt(text);
  if (amount === 0n) return problem('must be at least 1 base unit');
  if (amount > MAX_AMOUNT) return problem('is more than 18446744073709551615 (2^64 − 1) base units');
  return ok(amount);
}

/** Base units as people write them: `formatUnits(250000000n, 9)` is `0.25`. */
export function formatUnits(amount: bigint, decimals: number): string {
  const sign = amount < 0n ? '-' : '';
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return sign + (fraction === '' ? whole : `${whole}.${fraction}`);
}
