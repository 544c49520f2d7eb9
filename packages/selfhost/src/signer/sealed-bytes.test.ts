import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enroll, manualClock, openTestSigner, type TestSigner, temporaryDirectory, WALLET } from '../../test/support/test-signer.ts';

const OTHER = 'wal_01KAQ00000000000000000000Z' as typeof WALLET;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let signer: TestSigner;
beforeAll(async () => {
  directory = await temporaryDirectory();
  signer = await openTestSigner(directory.path, manualClock());
  await enroll(signer);
  await enroll(signer, OTHER);
});
afterAll(async () => {
  await signer.signer.close();
  await directory.remove();
});
const seal = async (bytes: Uint8Array, label = 'kit', walletId = WALLET): Promise<Uint8Array> => {
  const answer = await signer.ask('seal', { walletId, label, bytes });
  if ('refused' in answer) throw new Error(answer.refused.rule);
  return answer.ok['sealed'] as Uint8Array;
};
const open = (sealed: Uint8Array, label = 'kit', walletId = WALLET): ReturnType<TestSigner['ask']> =>
  signer.ask('open', { walletId, label, sealed });
const refused = (code: string): object => ({ refused: expect.objectContaining({ code }) });

describe('sealed bytes', () => {
  test('come back whole, from none to 4,096, also after a restart', async () => {
    for (const length of [0, 1, 64, 4096]) {
      const bytes = new Uint8Array(length).fill(length);
      const sealed = await seal(bytes);
      expect(sealed.length).toBe(length + 41);
      expect(Buffer.from(await seal(bytes)).equals(sealed), 'a new nonce each time').toBe(false);
      await signer.signer.close();
      signer = await openTestSigner(directory.path, manualClock());
      expect(await open(sealed)).toEqual({ ok: { bytes } });
    }
    expect(await signer.code('seal', { walletId: WALLET, label: 'kit', bytes: new Uint8Array(4097) })).toBe('malformed');
  });
  test('not for another wallet or label, changed, cut or longer', async () => {
    const sealed = await seal(Buffer.from('signature'));
    expect(await open(sealed, 'kit', OTHER)).toEqual(refused('malformed'));
    expect(await open(sealed, 'kit ')).toEqual(refused('malformed'));
    const change = fc.asyncProperty(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const changed = sealed.map((byte, index) => (index === at ? byte ^ flip : byte));
      expect(await open(changed)).toEqual(refused('malformed'));
      expect(await open(sealed.slice(0, at))).toEqual(refused('malformed'));
      expect(await open(Uint8Array.from([...sealed, flip]))).toEqual(refused('malformed'));
    });
    await fc.assert(change, { numRuns: 100 });
  });
  test('labels are 1 to 64 printable ASCII characters; the wallet must be known', async () => {
    for (const label of ['', 'x'.repeat(65), 'é', 'a\nb', 'a\0'])
      expect(await signer.code('seal', { walletId: WALLET, label, bytes: new Uint8Array(1) })).toBe('malformed');
    const unknown = { walletId: 'wal_01KAQ000000000000000000000', label: 'kit' };
    expect(await signer.code('seal', { ...unknown, bytes: new Uint8Array(1) })).toBe('unknown_wallet');
    expect(await signer.code('open', { ...unknown, sealed: new Uint8Array(60) })).toBe('unknown_wallet');
  });
  test('INVARIANT I9: no key file is opened by it, and what it seals is no key file', async () => {
    for (const file of [`${WALLET}/agent.json`, 'fee.json', 'keystore.json']) {
      const text = await readFile(join(directory.path, file), 'utf8');
      const [nonce, ciphertext] = ['nonce', 'ciphertext'].map((name) => new RegExp(`"${name}": "([0-9a-f]+)"`).exec(text)?.[1] ?? '');
      const sealed = Uint8Array.from(Buffer.from(`01${nonce}${ciphertext}`, 'hex'));
      for (const label of ['kit', 'agent.json', text.slice(0, 60).replaceAll('\n', ' ')])
        expect(await open(sealed, label)).toEqual(refused('malformed'));
    }
    const agent = await readFile(join(directory.path, WALLET, 'agent.json'), 'utf8');
    const sealed = Buffer.from(await seal(new Uint8Array(32).fill(7))).toString('hex');
    const forged = agent
      .replaceAll(WALLET, 'wal_01KAQ000000000000000000000')
      .replace(/"nonce": "[0-9a-f]+"/, `"nonce": "${sealed.slice(2, 50)}"`)
      .replace(/"ciphertext": "[0-9a-f]+"/, `"ciphertext": "${sealed.slice(50)}"`);
    expect(await signer.code('restore_key', { backup: Uint8Array.from(Buffer.from(forged)) })).toBe('malformed');
  });
});
