import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TEST_KDF, temporaryDirectory } from '../../test/support/test-signer.ts';
import type { KdfParameters } from '../keystore/kdf.ts';
import { changeOwnerPassphrase } from './change-owner-passphrase.ts';
import { createSealedOwnerKey, openSealedOwnerKey } from './sealed-owner-key.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let path: string;
let owner: string;
const [first, second, third] = ['first passphrase', 'second passphrase', 'third passphrase'].map((text) => Buffer.from(text)) as [
  Buffer,
  Buffer,
  Buffer,
];
beforeEach(async () => {
  directory = await temporaryDirectory();
  path = join(directory.path, 'owner.json');
  const made = await createSealedOwnerKey({ path, passphrase: first, kdf: TEST_KDF, kdfFloor: TEST_KDF });
  owner = made.ok ? made.value.owner : '';
});
afterEach(() => directory.remove());

const change = (passphrase: Buffer, newPassphrase: Buffer, kdf: KdfParameters = TEST_KDF) =>
  changeOwnerPassphrase({ path, kdfFloor: TEST_KDF, passphrase, newPassphrase, kdf });
const opens = async (passphrase: Buffer): Promise<string> => {
  const opened = await openSealedOwnerKey({ path, passphrase, kdfFloor: TEST_KDF });
  if (!opened.ok) return opened.error.code;
  await opened.value.close();
  return opened.value.getOwnerPublicKey();
};
const kdfInFile = async (): Promise<{ memoryKib: number; passes: number; salt: string }> => JSON.parse(await readFile(path, 'utf8')).kdf;
const names = async (): Promise<readonly string[]> => (await readdir(directory.path)).sort();

describe('changing the passphrase of an owner key', () => {
  test('the same key opens with the new one alone; salt and sealed box are new; nothing is left beside it', async () => {
    const before = await kdfInFile();
    expect(await change(first, second)).toEqual({ ok: true, value: { owner } });
    expect(await opens(second)).toBe(owner);
    expect(await opens(first)).toBe('wrong_passphrase');
    expect((await kdfInFile()).salt).not.toBe(before.salt);
    expect(await names()).toEqual(['owner.json']);
  });
  test('Argon2id parameters rise and never fall', async () => {
    await change(first, second, { memoryKib: 64, passes: 2 });
    expect(await kdfInFile()).toMatchObject({ memoryKib: 64, passes: 2 });
    await change(second, third, { memoryKib: 16, passes: 3 });
    expect(await kdfInFile()).toMatchObject({ memoryKib: 64, passes: 3 });
    expect(await opens(third)).toBe(owner);
    await change(third, first, { memoryKib: 8, passes: 1 });
    expect(await kdfInFile()).toMatchObject({ memoryKib: 64, passes: 3 });
  });
  test('what cannot be opened is left as it is', async () => {
    const good = await readFile(path, 'utf8');
    const cases: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['wrong_passphrase', async () => undefined],
      ['malformed', () => writeFile(path, good.slice(0, 200))],
      ['unsupported_version', () => writeFile(path, good.replace('"version": 1', '"version": 9'))],
      ['tampered', () => writeFile(path, good.replace(/"sealed": "(..)/, '"sealed": "00'))],
      ['insecure_mode', () => chmod(path, 0o644)],
      ['missing', () => rm(path)],
    ];
    for (const [code, spoil] of cases) {
      await spoil();
      const before = await readFile(path, 'utf8').catch(() => '');
      expect(await change(code === 'wrong_passphrase' ? second : first, third)).toMatchObject({ ok: false, error: { code } });
      expect(await readFile(path, 'utf8').catch(() => '')).toBe(before);
      expect((await names()).filter((name) => name !== 'owner.json')).toEqual([]);
      await writeFile(path, good, { mode: 0o600 });
      await chmod(path, 0o600);
    }
    expect(await opens(first)).toBe(owner);
  });
  test('two changes at once: the key opens with the passphrase of the one that says so', async () => {
    const results = await Promise.all([change(first, second), change(first, third)]);
    const done = results.map(({ ok }) => ok);
    expect(done.filter(Boolean)).toHaveLength(1);
    expect(results.find((result) => !result.ok)).toMatchObject({ error: { code: 'in_use' } });
    expect(await opens(done[0] === true ? second : third)).toBe(owner);
    expect(await names()).toEqual(['owner.json']);
  });
  test('one that was cut off is not gone over: the copy stays until the owner looked', async () => {
    const good = await readFile(path, 'utf8');
    await writeFile(`${path}.old`, good, { mode: 0o600 });
    const refused = await change(first, second);
    expect(refused).toMatchObject({ ok: false, error: { code: 'in_use', file: 'owner.json.old' } });
    expect(await readFile(`${path}.old`, 'utf8')).toBe(good);
    expect(await readFile(path, 'utf8')).toBe(good);
  });
  test('a file that was replaced meanwhile is not written over', async () => {
    const other = join(directory.path, 'other.json');
    await createSealedOwnerKey({ path: other, passphrase: third, kdf: TEST_KDF, kdfFloor: TEST_KDF });
    const foreign = await readFile(other);
    const changing = change(first, second, { memoryKib: 64 * 1024, passes: 2 });
    await writeFile(path, foreign);
    const result = await changing;
    expect(result).toMatchObject({ ok: false });
    expect(await readFile(path)).toEqual(foreign);
  });
});
