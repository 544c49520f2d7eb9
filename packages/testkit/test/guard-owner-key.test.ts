import {
  type AskedOfOwner,
  domainError,
  fail,
  guardOwnerKey,
  type OwnerKeyHolding,
  ok,
  reviewed,
  wrapOffChainMessage,
} from '@countersign/core';
import { describe, expect, test } from 'vitest';
import { sampleMessage, sampleSignIn, sampleStatements } from '../src/contracts/owner-keys.ts';
import { createTestKey } from '../src/test-key.ts';

const key = createTestKey();
const holding = (change: Partial<OwnerKeyHolding> = {}): OwnerKeyHolding => ({
  ...{ holder: 'kms', owner: key.address, limitBytes: null, mayWrapTexts: false },
  sign: async ({ bytes }) => ok(key.sign(bytes)),
  close: async () => undefined,
  ...change,
});
const [text = ''] = sampleStatements(key.address);
const statement = { kind: 'statement', text } as const;

describe('ATTACKS 215: a holder that answers with something else', () => {
  const answers: { readonly [name: string]: (asked: AskedOfOwner) => Uint8Array } = {
    'a signature by another key': ({ bytes }) => createTestKey().sign(bytes),
    'a signature over other bytes': () => key.sign(sampleMessage()),
    'a signature over the wrapped text': () => key.sign(wrapOffChainMessage(text)),
    'a signature cut short': ({ bytes }) => key.sign(bytes).subarray(0, 63),
    'a signature with a byte more': ({ bytes }) => Uint8Array.from([...key.sign(bytes), 0]),
    'one bit changed': ({ bytes }) => key.sign(bytes).map((byte, index) => (index === 40 ? byte ^ 1 : byte)),
    nothing: () => new Uint8Array(),
    zeros: () => new Uint8Array(64),
  };
  for (const [name, answer] of Object.entries(answers))
    test(`${name} is refused`, async () => {
      const keys = guardOwnerKey(holding({ sign: async (asked) => ok(answer(asked)) }));
      expect(await keys.signWithOwnerKey(statement)).toMatchObject({ ok: false, error: { code: 'owner_key_refused' } });
    });

  test('a holder that changes the bytes it was given changes nothing that is checked', async () => {
    const sign = async ({ bytes }: AskedOfOwner) => {
      bytes.fill(7);
      return ok(key.sign(bytes));
    };
    expect((await guardOwnerKey(holding({ sign })).signWithOwnerKey(statement)).ok).toBe(false);
  });
});

describe('the gate', () => {
  test('where wallets wrap texts, the wrapped one counts too, and never for a transaction', async () => {
    const keys = guardOwnerKey(
      holding({ mayWrapTexts: true, sign: async ({ text }) => ok(key.sign(wrapOffChainMessage(text ?? 'a transaction'))) }),
    );
    expect((await keys.signWithOwnerKey(statement)).ok).toBe(true);
    expect((await keys.signWithOwnerKey({ kind: 'sign_in', text: sampleSignIn(key.address) })).ok).toBe(true);
    expect((await keys.signWithOwnerKey({ kind: 'transaction', message: reviewed(sampleMessage(), 'test') })).ok).toBe(false);
  });
  test('INVARIANT I1: what is refused never reaches the holder; its errors pass as they are', async () => {
    let asked = 0;
    const error = domainError('owner_key_unavailable', { problem: 'gone', mayHaveSigned: true });
    const sign = async () => {
      asked += 1;
      return fail(error);
    };
    const keys = guardOwnerKey(holding({ limitBytes: 500, sign }));
    await keys.signWithOwnerKey({ kind: 'statement', text: `${text} ` });
    await keys.signWithOwnerKey({ kind: 'sign_in', text: sampleSignIn(createTestKey().address) });
    await keys.signWithOwnerKey({ kind: 'transaction', message: reviewed(sampleMessage(501), 'test') });
    expect(asked).toBe(0);
    expect(await keys.signWithOwnerKey(statement)).toEqual(fail(error));
  });
  test('it closes its holder once', async () => {
    let closed = 0;
    const keys = guardOwnerKey(
      holding({
        close: async () => {
          closed += 1;
        },
      }),
    );
    await Promise.all([keys.close(), keys.close()]);
    expect(closed).toBe(1);
    await expect(keys.signWithOwnerKey(statement)).rejects.toThrow('closed');
  });
});
