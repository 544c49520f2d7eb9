import { expect, test } from 'vitest';
import { loosen, type VendoredCrate } from './crate-vendor.ts';

const crate: VendoredCrate = { name: 'old', version: '1.2.3', sha256: '', loosened: ['subtle', 'zeroize'] };
const manifest = `[package]
name = "old"
[dependencies.subtle]
version = ">=2, <2.5"
default-features = false

[dependencies.zeroize]
version = ">=1, <1.4"
`;

test('only the upper bounds go', () => {
  expect(loosen(manifest, crate)).toBe(manifest.replace('>=2, <2.5', '2').replace('>=1, <1.4', '1'));
});

test('a manifest with other bounds is not ours to change', () => {
  expect(() => loosen(manifest.replace('>=1, <1.4', '^1'), crate)).toThrow('old 1.2.3 has 0 upper bounds on zeroize, expected 1');
});
