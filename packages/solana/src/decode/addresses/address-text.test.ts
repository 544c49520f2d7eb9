import { encodeBase58 } from '@countersign/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressText } from './address-text.ts';

test('an address in base58, as digit by digit', () => {
  const zeros = fc.tuple(fc.nat(32), fc.uint8Array({ minLength: 32, maxLength: 32 })).map(([count, bytes]) => bytes.fill(0, 0, count));
  fc.assert(
    fc.property(zeros, (bytes) => {
      expect(addressText(bytes)).toBe(encodeBase58(bytes));
    }),
    { numRuns: 5_000 },
  );
  for (const byte of [0, 1, 57, 58, 255])
    expect(addressText(new Uint8Array(32).fill(byte))).toBe(encodeBase58(new Uint8Array(32).fill(byte)));
});
