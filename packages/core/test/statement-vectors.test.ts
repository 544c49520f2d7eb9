import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type Address,
  acceptedEncodings,
  formatOwnerStatement,
  formatSignIn,
  type OwnerStatement,
  parseOwnerStatement,
  parseSignIn,
  type SignIn,
  sha256Hex,
  verifyEd25519,
} from '../src/index.ts';

interface Signed {
  readonly name: string;
  readonly text: string;
  readonly sha256: string;
  readonly wrappedSha256: string;
  readonly signature: string;
  readonly wrappedSignature: string;
}
interface Vectors<Valid> {
  readonly signer: Address;
  readonly valid: readonly (Signed & Valid)[];
  readonly invalid: readonly { readonly name: string; readonly text: string }[];
}
function read<Valid>(file: string): Vectors<Valid> {
  return JSON.parse(readFileSync(new URL(`../../../vectors/statements/${file}`, import.meta.url), 'utf8')) as Vectors<Valid>;
}
const statements = read<{ readonly statement: OwnerStatement }>('owner-statements.json');
const signIns = read<{ readonly signIn: SignIn }>('sign-ins.json');

const bytesOf = (hex: string): Uint8Array => Buffer.from(hex, 'hex');
function hasItsSignatures(signer: Address, vector: Signed): void {
  const [bare, wrapped] = acceptedEncodings(vector.text);
  expect([sha256Hex(bare ?? ''), sha256Hex(wrapped ?? '')]).toEqual([vector.sha256, vector.wrappedSha256]);
  const [bareSignature, wrappedSignature] = [vector.signature, vector.wrappedSignature].map(bytesOf);
  const verifies = (message: Uint8Array | undefined, signature: Uint8Array | undefined): boolean =>
    verifyEd25519(signer, message ?? new Uint8Array(), signature ?? new Uint8Array());
  expect(verifies(bare, bareSignature) && verifies(wrapped, wrappedSignature)).toBe(true);
  expect(verifies(bare, wrappedSignature) || verifies(wrapped, bareSignature)).toBe(false);
}

describe('vectors/statements/owner-statements.json (INVARIANT I6)', () => {
  test.each(statements.valid.map((vector) => [vector.name, vector] as const))('%s is read, and written the same', (_name, vector) => {
    expect(parseOwnerStatement(vector.text)).toEqual({ ok: true, value: vector.statement });
    expect(formatOwnerStatement(vector.statement)).toBe(vector.text);
    hasItsSignatures(statements.signer, vector);
  });
  test.each(statements.invalid.map(({ name, text }) => [name, text] as const))('%s is refused', (_name, text) => {
    expect(parseOwnerStatement(text)).toMatchObject({ ok: false, error: { code: 'statement_invalid' } });
  });
  test('every valid text is refused with any one character more, less or other', () => {
    for (const { text, statement } of statements.valid)
      for (let at = 0; at < Math.min(text.length, 700); at += 1)
        for (const changed of [`${text.slice(0, at)}${text.slice(at + 1)}`, `${text.slice(0, at)} ${text.slice(at)}`]) {
          const parsed = parseOwnerStatement(changed);
          // Only what is free text may differ, and is then read as another statement.
          if (parsed.ok) expect(parsed.value).not.toEqual(statement);
        }
  });
});

describe('vectors/statements/sign-ins.json', () => {
  test.each(signIns.valid.map((vector) => [vector.name, vector] as const))('%s is read, and written the same', (_name, vector) => {
    expect(parseSignIn(vector.text)).toEqual({ ok: true, value: vector.signIn });
    expect(formatSignIn(vector.signIn)).toBe(vector.text);
    hasItsSignatures(signIns.signer, vector);
  });
  test.each(signIns.invalid.map(({ name, text }) => [name, text] as const))('%s is refused', (_name, text) => {
    expect(parseSignIn(text)).toMatchObject({ ok: false, error: { code: 'sign_in_invalid' } });
  });
  test('no sign-in message is an owner statement, and the other way round', () => {
    for (const { text } of signIns.valid) expect(parseOwnerStatement(text).ok).toBe(false);
    for (const { text } of statements.valid) expect(parseSignIn(text).ok).toBe(false);
  });
});
