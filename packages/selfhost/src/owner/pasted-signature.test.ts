import { type Address, encodeBase58, verifyEd25519, wrapOffChainMessage } from '@countersign/core';
import { createTestKey, type TestKey } from '@countersign/testkit';
import { sampleStatements } from '@countersign/testkit/contracts';
import { describe, expect, test } from 'vitest';
import { createPastedOwnerKeys, type ToSignElsewhere } from './pasted-signature.ts';

const key: TestKey = createTestKey();
const [text = ''] = sampleStatements(key.address);
const signed = key.sign(Buffer.from(text));
const seen: ToSignElsewhere[] = [];
const paste = (answers: readonly (string | null)[], owner: Address = key.address) => {
  seen.length = 0;
  const read = async (toSign: ToSignElsewhere): Promise<string | null> => {
    seen.push(toSign);
    return answers[seen.length - 1] ?? null;
  };
  return createPastedOwnerKeys({ owner, read }).signWithOwnerKey({ kind: 'statement', text });
};
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('a pasted signature', () => {
  test.each([
    ['base58', encodeBase58(signed)],
    ['base64', base64(signed)],
    ['base64 without padding', base64(signed).replace(/=+$/, '')],
    ['base64url', Buffer.from(signed).toString('base64url')],
    ['hex', hex(signed)],
    ['hex with 0x, in capitals', `0x${hex(signed).toUpperCase()}`],
    ['with white space around it', `\n  ${encodeBase58(signed)}\r\n`],
    ['of the wrapped text', encodeBase58(key.sign(wrapOffChainMessage(text)))],
  ])('is taken as %s', async (_, pasted) => {
    expect(await paste([pasted])).toMatchObject({ ok: true });
  });
  test('in every spelling for many keys: one that reads as two encodings is the one that verifies', async () => {
    for (let turn = 0; turn < 60; turn += 1) {
      const other = createTestKey();
      const bytes = other.sign(Buffer.from(text));
      for (const pasted of [encodeBase58(bytes), base64(bytes), base64(bytes).replace(/=+$/, ''), hex(bytes)]) {
        const result = await paste([pasted], other.address);
        expect(result.ok && verifyEd25519(other.address, Buffer.from(text), result.value), pasted).toBe(true);
      }
    }
  });
  test('the exact bytes are shown, with a hash to compare', async () => {
    await paste([encodeBase58(signed)]);
    expect(seen).toEqual([
      { kind: 'statement', text, base64: base64(Buffer.from(text)), sha256: expect.stringMatching(/^[0-9a-f]{64}$/), problem: null },
    ]);
  });
  test('a mistake is said and asked again, three times at most; none given is a no', async () => {
    const wrong = encodeBase58(createTestKey().sign(Buffer.from(text)));
    expect(await paste(['hello', wrong, encodeBase58(signed)])).toMatchObject({ ok: true });
    expect(seen.map(({ problem }) => problem)).toEqual([
      null,
      expect.stringContaining('not a signature'),
      expect.stringContaining('not the signature of'),
    ]);
    expect(await paste([wrong, wrong, wrong, encodeBase58(signed)])).toMatchObject({ ok: false, error: { code: 'owner_key_refused' } });
    expect(seen).toHaveLength(3);
    expect(await paste([null])).toMatchObject({ ok: false, error: { code: 'owner_key_refused', problem: 'no signature was given' } });
  });
  test.each([
    '',
    '   ',
    encodeBase58(signed.subarray(1)),
    hex(signed).slice(2),
    `${hex(signed)}00`,
    `${base64(signed)}AAAA`,
    'x'.repeat(100_000),
  ])('is refused as %s', async (pasted) => {
    expect(await paste([pasted, pasted, pasted])).toMatchObject({ ok: false, error: { code: 'owner_key_refused' } });
  });
});
