import { generateKeyPairSync } from 'node:crypto';
import { chmod, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeBase58 } from '@countersign/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TEST_KDF, temporaryDirectory } from '../../test/support/test-signer.ts';
import { openKeypairFile, readKeypairOwner } from './keypair-file.ts';
import { readOwnerKeyFile } from './read-owner-key-file.ts';
import { createSealedOwnerKey } from './sealed-owner-key.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let path: string;
let pair: number[];
beforeEach(async () => {
  directory = await temporaryDirectory();
  path = join(directory.path, 'id.json');
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  pair = [...Buffer.from(d, 'base64url'), ...Buffer.from(x, 'base64url')];
});
afterEach(() => directory.remove());

const ownerOf = (): string => encodeBase58(Uint8Array.from(pair.slice(32)));
const attempt = async (content: string | Buffer): Promise<readonly [string, string]> => {
  await writeFile(path, content, { mode: 0o600 });
  const opened = await openKeypairFile({ path });
  expect(await readFile(path), 'it is left as it is').toEqual(Buffer.from(content));
  if (!opened.ok) return [opened.error.code, opened.error.problem];
  await opened.value.close();
  return ['ok', opened.value.getOwnerPublicKey()];
};

describe('a keypair file', () => {
  test('as solana-keygen writes it, and with white space', async () => {
    for (const content of [JSON.stringify(pair), JSON.stringify(pair, null, 2), `\n [ ${pair.join(' ,\t')} ]\r\n`])
      expect(await attempt(content)).toEqual(['ok', ownerOf()]);
    expect(await readKeypairOwner({ path })).toEqual({ ok: true, value: ownerOf() });
  });
  test('INVARIANT I9: what is no such list is refused in one line that quotes none of it', async () => {
    const text = JSON.stringify(pair);
    const [seed] = pair;
    const bad: readonly (string | Buffer)[] = [
      '',
      '[]',
      '[',
      text.slice(0, -1),
      `${text}]`,
      `${text}\0`,
      JSON.stringify(pair.slice(0, 32)),
      JSON.stringify([...pair, 0]),
      JSON.stringify(pair.map(String)),
      text.replace('[', '[-'),
      text.replace('[', '[0'),
      text.replace(',', ',,'),
      text.replace(',', '.5,'),
      JSON.stringify([256, ...pair.slice(1)]),
      JSON.stringify([1e9, ...pair.slice(1)]),
      `{"0": ${seed}}`,
      Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]),
      `${text}${' '.repeat(5_000)}`,
    ];
    for (const content of bad) {
      const [code, problem] = await attempt(content);
      expect(code, String(content).slice(0, 40)).toBe('malformed');
      expect(problem).toMatch(/^is (not a keypair file: a list of 64 numbers from 0 to 255|longer than 4096 bytes)$/);
    }
  });
  test('a public half of another key, as one swapped by someone who wants to be paid', async () => {
    const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
    expect(await attempt(JSON.stringify([...pair.slice(0, 32), ...Buffer.from(x, 'base64url')]))).toEqual([
      'tampered',
      expect.stringContaining('does not belong'),
    ]);
  });
  test.each([0o644, 0o640, 0o604, 0o660])('a file that others can read or write (%o) is not opened', async (mode) => {
    await writeFile(path, JSON.stringify(pair));
    await chmod(path, mode);
    expect(await openKeypairFile({ path })).toMatchObject({ ok: false, error: { code: 'insecure_mode' } });
    expect(await readKeypairOwner({ path })).toMatchObject({ ok: false, error: { code: 'insecure_mode' } });
    expect(await readOwnerKeyFile({ path, kdfFloor: TEST_KDF })).toMatchObject({ ok: false, error: { code: 'insecure_mode' } });
    const link = join(directory.path, 'link.json');
    await symlink(path, link);
    expect(await openKeypairFile({ path: link })).toMatchObject({ ok: false, error: { code: 'insecure_mode' } });
  });
  test('none, a directory, a device', async () => {
    expect(await openKeypairFile({ path })).toMatchObject({ error: { code: 'missing' } });
    expect(await openKeypairFile({ path: directory.path })).toMatchObject({ error: { code: 'malformed' } });
    expect(await openKeypairFile({ path: '/dev/null' })).toMatchObject({ error: { code: 'malformed' } });
  });
});

describe('an owner key file', () => {
  test('is told by its content', async () => {
    await writeFile(path, JSON.stringify(pair), { mode: 0o600 });
    expect(await readOwnerKeyFile({ path, kdfFloor: TEST_KDF })).toEqual({ ok: true, value: { holder: 'keypair_file', owner: ownerOf() } });
    const sealed = join(directory.path, 'sealed.json');
    const made = await createSealedOwnerKey({ path: sealed, passphrase: Buffer.from('p'), kdf: TEST_KDF, kdfFloor: TEST_KDF });
    const owner = made.ok ? made.value.owner : '';
    expect(await readOwnerKeyFile({ path: sealed, kdfFloor: TEST_KDF })).toEqual({ ok: true, value: { holder: 'sealed_file', owner } });
    expect(await readOwnerKeyFile({ path: join(directory.path, 'none'), kdfFloor: TEST_KDF })).toMatchObject({
      error: { code: 'missing' },
    });
    expect(await readOwnerKeyFile({ path: directory.path, kdfFloor: TEST_KDF })).toMatchObject({ error: { code: 'malformed' } });
  });
});
