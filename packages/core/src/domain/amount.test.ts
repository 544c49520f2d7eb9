import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatUnits, MAX_AMOUNT, parseAmount } from './amount.ts';

describe('parseAmount', () => {
  test('reads every amount that it can print', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: MAX_AMOUNT }), (amount) => {
        expect(parseAmount(amount.toString())).toEqual({ ok: true, value: amount });
      }),
    );
  });
  test.each([
    0,
    1,
    null,
    undefined,
    '',
    '0',
    '-1',
    '+1',
    '01',
    '1.0',
    '1e9',
    ' 1',
    '1 ',
    '0x10',
    'NaN',
    'Infinity',
    '١',
    '18446744073709551616',
    '99999999999999999999999',
  ])('refuses %j', (text) => expect(parseAmount(text).ok).toBe(false));
});

describe('formatUnits', () => {
  test.each([
    [250_000_000n, 9, '0.25'],
    [1n, 9, '0.000000001'],
    [0n, 9, '0'],
    [10n, 0, '10'],
    [MAX_AMOUNT, 6, '18446744073709.551615'],
    [-5n, 1, '-0.5'],
  ])('%s with %s decimals is %s', (amount, decimals, text) => expect(formatUnits(amount, decimals)).toBe(text));
});
