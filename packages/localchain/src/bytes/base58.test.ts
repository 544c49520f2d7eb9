import { getBase58Decoder, getBase58Encoder } from '@solana/kit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressBytesOrNull } from './address.ts';
import { decodeBase58, encodeBase58 } from './base58.ts';

describe('base58', () => {
  test('agrees with kit, both ways', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(3), (tail, zeros) => {
        const bytes = Uint8Array.from([...new Uint8Array(zeros), ...tail]);
        const text = encodeBase58(bytes);
        expect(text).toBe(getBase58Decoder().decode(bytes));
        expect(decodeBase58(text)).toEqual(bytes);
        expect(Uint8Array.from(getBase58Encoder().encode(text))).toEqual(bytes);
      }),
    );
  });

  test('refuses what is not in the alphabet', () => {
    for (const text of ['0', 'O', 'I', 'l', 'abc ', 'é']) expect(decodeBase58(text)).toBeNull();
  });

  test('an address is exactly 32 bytes', () => {
    expect(addressBytesOrNull('11111111111111111111111111111111')?.length).toBe(32);
    expect(addressBytesOrNull('1111111111111111111111111111111')).toBeNull();
    expect(addressBytesOrNull('1'.repeat(33))).toBeNull();
    expect(addressBytesOrNull('z'.repeat(44))).toBeNull();
  });
});
