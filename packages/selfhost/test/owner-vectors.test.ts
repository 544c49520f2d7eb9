import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KdfFloor } from '../src/keystore/kdf.ts';
import { exportOwnerBackup } from '../src/owner/owner-backup.ts';
import { restoreOwnerBackup } from '../src/owner/restore-owner-backup.ts';
import { openSealedOwnerKey } from '../src/owner/sealed-owner-key.ts';
import { temporaryDirectory } from './support/test-signer.ts';

interface OwnerVector {
  readonly passphrase: string;
  readonly kdfFloor: KdfFloor;
  readonly expected: { readonly owner: string };
  readonly file: string;
}
const load = async <Vector>(name: string): Promise<Vector> =>
  JSON.parse(await readFile(new URL(`../../../vectors/keystore/${name}`, import.meta.url), 'utf8')) as Vector;

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let path: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  path = join(directory.path, 'owner.json');
});
afterEach(() => directory.remove());

describe('vectors/keystore: owner keys that open for ever', async () => {
  const sealed = await load<OwnerVector>('sealed-owner-key-v1.json');
  const backup = await load<OwnerVector & { readonly print: string }>('owner-backup-v1.json');

  test('sealed-owner-key-v1.json', async () => {
    await writeFile(path, sealed.file, { mode: 0o600 });
    const opened = await openSealedOwnerKey({ path, passphrase: Buffer.from(sealed.passphrase), kdfFloor: sealed.kdfFloor });
    if (!opened.ok) throw new Error(opened.error.problem);
    expect(opened.value.getOwnerPublicKey()).toBe(sealed.expected.owner);
    await opened.value.close();
  });

  test.each(['file', 'print'] as const)('owner-backup-v1.json, as %s, gives back the file of sealed-owner-key-v1.json', async (form) => {
    const { kdfFloor, expected, file, print } = backup;
    const passphrase = Buffer.from(backup.passphrase);
    const restored = await restoreOwnerBackup({ path, kdfFloor, backup: Buffer.from(backup[form]), passphrase });
    expect(restored).toEqual({ ok: true, value: { owner: expected.owner, opened: true } });
    expect(await readFile(path, 'utf8')).toBe(sealed.file);
    expect(await exportOwnerBackup({ path, kdfFloor })).toEqual({ ok: true, value: { owner: expected.owner, file, print } });
  });
});
