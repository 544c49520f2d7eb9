import { formatUnits } from '@countersign/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { uiAmount } from '../output/ui-amount-text.ts';
import { parseBaseUnits, parseUiAmount } from './ui-amount.ts';

describe('amounts as people write them', () => {
  test.each([
    ['0.25', 9, 250_000_000n],
    ['1', 9, 1_000_000_000n],
    ['0.000000001', 9, 1n],
    ['7', 0, 7n],
    ['18446744073.709551615', 9, 2n ** 64n - 1n],
  ])('%s with %i decimals', (text, decimals, amount) => {
    expect(parseUiAmount(text, decimals)).toEqual({ ok: true, value: amount });
  });
  test.each([
    '',
    '0',
    '0.0',
    '-1',
    '+1',
    '1e9',
    '.5',
    '5.',
    '1,5',
    '1 000',
    '0x10',
    'NaN',
    '٣',
    '01',
    '1.0000000001',
    '18446744073.709551616',
    '1_0',
    ' 1',
  ])('%j is refused and nothing is rounded', (text) => {
    const parsed = parseUiAmount(text, 9);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) expect(parsed.error.exitCode).toBe(2);
  });
  test('what is shown reads back as what it was', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 2n ** 64n - 1n), fc.integer({ min: 0, max: 18 }), (amount, decimals) => {
        expect(parseUiAmount(formatUnits(amount, decimals), decimals)).toEqual({ ok: true, value: amount });
        expect(uiAmount(amount.toString(), 'x', decimals)).toBe(`${formatUnits(amount, decimals)} (${amount})`);
        expect(parseBaseUnits(amount.toString())).toEqual({ ok: true, value: amount });
      }),
    );
  });
  test('base units take no point', () => {
    expect(parseBaseUnits('0.25').ok).toBe(false);
    expect(parseBaseUnits('18446744073709551616').ok).toBe(false);
  });
});
