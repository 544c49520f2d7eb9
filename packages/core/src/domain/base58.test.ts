import fc from 'fast-check';
import { expect, test } from 'vitest';
import { address, isAddress, looksLike } from './address.ts';
import { decodeBase58, encodeBase58 } from './base58.ts';

test('base58 decodes what it encodes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      expect(decodeBase58(encodeBase58(bytes))).toEqual(bytes);
    }),
  );
});
test('known vectors', () => {
  expect(encodeBase58(new Uint8Array(32))).toBe('1'.repeat(32));
  expect(encodeBase58(new TextEncoder().encode('Hello World!'))).toBe('2NEpo7TZRRrLZSi2U');
});
test.each(['0', 'O', 'I', 'l', '1'.repeat(31), '1'.repeat(33), `${'1'.repeat(31)}0`, ''])('%s is no address', (text) => {
  expect(isAddress(text)).toBe(false);
});
test('a look-alike shares the first and last four characters', () => {
  const one = address('9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin');
  expect(looksLike(one, address('9xQe1111111111111111111111111111111111111Fin'.replace('1111Fin', '111VFin')))).toBe(true);
  expect(looksLike(one, one)).toBe(false);
});
