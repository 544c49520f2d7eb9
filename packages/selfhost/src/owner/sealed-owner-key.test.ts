import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reviewed } from '@countersign/core';
import { sampleMessage } from '@countersign/testkit/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OWNER } from '../../test/support/parties.ts';
import { TEST_KDF, temporaryDirectory } from '../../test/support/test-signer.ts';
import { KDF_FLOOR } from '../keystore/kdf.ts';
import { createSealedOwnerKey, openSealedOwnerKey, readSealedOwner, sealOwnerKeyTo } from './sealed-owner-key.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let path: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  path = join(directory.path, 'owner.json');
});
afterEach(() => directory.remove());

const passphrase = Buffer.from('owner passphrase');
const create = async (): Promise<string> => {
  const made = await createSealedOwnerKey({ path, passphrase, kdf: TEST_KDF, kdfFloor: TEST_KDF });
  if (!made.ok) throw new Error(made.error.problem);
  return made.value.owner;
};
const open = (words = passphrase, kdfFloor = TEST_KDF): ReturnType<typeof openSealedOwnerKey> =>
  openSealedOwnerKey({ path, passphrase: words, kdfFloor });
const attempt = async (...rest: Parameters<typeof open>): Promise<readonly [code: string, problem: string]> => {
  const opened = await open(...rest);
  if (opened.ok) await opened.value.close();
  return opened.ok ? ['ok', ''] : [opened.error.code, opened.error.problem];
};
const code = async (...rest: Parameters<typeof open>): Promise<string> => (await attempt(...rest))[0];

describe('a sealed owner key', () => {
  test('is a private file that opens with its passphrase, as often as it is asked to', async () => {
    const owner = await create();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    for (let turn = 0; turn < 2; turn += 1) {
      const opened = await open();
      expect(opened.ok && opened.value.getOwnerPublicKey()).toBe(owner);
      if (opened.ok) await opened.value.close();
    }
    expect(passphrase.toString()).toBe('owner passphrase');
  });
  test('another key can be sealed to the same passphrase without it', async () => {
    await create();
    const read = await readSealedOwner({ path, kdfFloor: TEST_KDF });
    if (!read.ok) throw new Error(read.error.problem);
    const next = join(directory.path, 'next.json');
    const sealed = await sealOwnerKeyTo({ path: next, recipient: read.value.recipient });
    const opened = await openSealedOwnerKey({ path: next, passphrase, kdfFloor: TEST_KDF });
    expect(sealed.ok && opened.ok && opened.value.getOwnerPublicKey() === sealed.value.owner).toBe(true);
    if (opened.ok) await opened.value.close();
  });
  test('deriving does not block the event loop', async () => {
    const strong = { memoryKib: 128 * 1024, passes: 2 };
    await createSealedOwnerKey({ path, passphrase, kdf: strong, kdfFloor: TEST_KDF });
    const startedAtMs = performance.now();
    const moments = [startedAtMs];
    const timer = setInterval(() => moments.push(performance.now()), 2);
    expect(await code()).toBe('ok');
    clearInterval(timer);
    const tookMs = performance.now() - startedAtMs;
    moments.push(performance.now());
    const longestMs = Math.max(...moments.slice(1).map((moment, index) => moment - (moments[index] ?? 0)));
    expect(tookMs).toBeGreaterThan(60);
    expect(longestMs, `of ${tookMs} ms`).toBeLessThan(tookMs / 2);
  });
});

describe('INVARIANT I9: attacks on the file of an owner key', () => {
  const problemOf = async (content: string | Buffer, words = passphrase): Promise<readonly [string, string]> => {
    await writeFile(path, content, { mode: 0o600 });
    const [code_, problem] = await attempt(words);
    expect(await readFile(path, 'utf8'), 'it is left as it is').toBe(content.toString());
    expect(problem.includes('\n'), 'one line').toBe(false);
    return [code_, problem];
  };
  test('each says in one line what is wrong, and nothing is written over', async () => {
    expect(await attempt()).toEqual(['missing', 'is missing']);
    await create();
    const good = await readFile(path, 'utf8');
    expect(await problemOf(good, Buffer.from('owner passphrasE'))).toEqual(['wrong_passphrase', expect.stringContaining('wrong')]);
    expect(await problemOf(good.slice(0, 300))).toEqual(['malformed', expect.stringContaining('truncated')]);
    expect(await problemOf('')).toEqual(['malformed', expect.stringContaining('truncated')]);
    expect(await problemOf(good.replace('"version": 1', '"version": 2'))).toEqual([
      'unsupported_version',
      expect.stringContaining('version'),
    ]);
    expect(await problemOf(good.replace('"version": 1', '"version": 0'))).toEqual([
      'unsupported_version',
      expect.stringContaining('version'),
    ]);
    expect(await problemOf(good.replace('sealed-owner', 'other'))).toEqual(['malformed', expect.stringContaining('format')]);
    expect(await problemOf(good.replace('\n}', ',\n  "note": 1\n}'))).toEqual(['malformed', expect.stringContaining('spelling')]);
    await writeFile(path, good);
    await chmod(path, 0o644);
    expect(await attempt()).toEqual(['insecure_mode', expect.stringContaining('644')]);
  });
  test('an existing file is not written over, by no way of making one', async () => {
    await create();
    const good = await readFile(path, 'utf8');
    const read = await readSealedOwner({ path, kdfFloor: TEST_KDF });
    if (!read.ok) throw new Error(read.error.problem);
    const made = await Promise.all([
      createSealedOwnerKey({ path, passphrase, kdf: TEST_KDF, kdfFloor: TEST_KDF }),
      sealOwnerKeyTo({ path, recipient: read.value.recipient }),
    ]);
    expect(made).toMatchObject([{ error: { code: 'exists' } }, { error: { code: 'exists' } }]);
    expect(await readFile(path, 'utf8')).toBe(good);
  });
  test('two that are made at the same moment: one file, one winner', async () => {
    const making = () => createSealedOwnerKey({ path, passphrase, kdf: TEST_KDF, kdfFloor: TEST_KDF });
    const made = await Promise.all([making(), making(), making()]);
    const winners = made.flatMap((each) => (each.ok ? [each.value.owner] : []));
    const read = await readSealedOwner({ path, kdfFloor: TEST_KDF });
    expect(winners).toEqual([read.ok ? read.value.owner : '']);
  });
  test('a directory, a path through a file', async () => {
    path = directory.path;
    expect(await code()).toBe('malformed');
    path = join(directory.path, 'owner.json');
    await create();
    path = join(path, 'deeper.json');
    expect(await code()).toBe('missing');
  });
  test('ATTACKS 221: parameters below the floor, or lowered', async () => {
    await create();
    expect(await code(passphrase, KDF_FLOOR)).toBe('kdf_below_floor');
    const good = await readFile(path, 'utf8');
    await writeFile(path, good.replace('"memoryKib": 8', '"memoryKib": 9'));
    expect(await code()).toBe('wrong_passphrase');
    expect(await createSealedOwnerKey({ path: `${path}.2`, passphrase, kdf: TEST_KDF, kdfFloor: KDF_FLOOR })).toMatchObject({
      error: { code: 'kdf_below_floor' },
    });
  });
  test('any one character changed, and another owner in the header', async () => {
    const owner = await create();
    const text = await readFile(path, 'utf8');
    for (let at = 0; at < text.length; at += 5) {
      const changed = Buffer.from(text);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await writeFile(path, changed);
      expect(await code(), `byte ${at}`).not.toBe('ok');
    }
    await writeFile(path, text.replace(owner, OWNER.publicKey.toBase58()));
    expect(await code()).toBe('tampered');
  });
  test('after closing, the key is gone', async () => {
    await create();
    const opened = await open();
    if (!opened.ok) throw new Error(opened.error.problem);
    await opened.value.close();
    const message = reviewed(sampleMessage(), 'test');
    await expect(opened.value.signWithOwnerKey({ kind: 'transaction', message })).rejects.toThrow('closed');
  });
});
