import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TEST_KDF, temporaryDirectory } from '../../test/support/test-signer.ts';
import { changeOwnerPassphrase } from './change-owner-passphrase.ts';
import { createSealedOwnerKey, openSealedOwnerKey } from './sealed-owner-key.ts';

/** What the disk does with the new file; the real thing unless a test says otherwise. */
const disk = vi.hoisted(() => ({ write: null as ((path: string, content: string) => Promise<void>) | null }));
vi.mock('../keystore/secure-file.ts', async (original) => {
  const real = await original<typeof import('../keystore/secure-file.ts')>();
  return { ...real, writeFileAtomically: (path: string, content: string) => (disk.write ?? real.writeFileAtomically)(path, content) };
});

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let path: string;
let before: string;
const [first, second] = [Buffer.from('first passphrase'), Buffer.from('second passphrase')];
beforeEach(async () => {
  directory = await temporaryDirectory();
  path = join(directory.path, 'owner.json');
  await createSealedOwnerKey({ path, passphrase: first, kdf: TEST_KDF, kdfFloor: TEST_KDF });
  before = await readFile(path, 'utf8');
});
afterEach(async () => {
  disk.write = null;
  await directory.remove();
});
const change = () => changeOwnerPassphrase({ path, kdfFloor: TEST_KDF, kdf: TEST_KDF, passphrase: first, newPassphrase: second });

describe('a passphrase change on a disk that fails', () => {
  const faults: { readonly [name: string]: (path: string, content: string) => Promise<void> } = {
    'loses the end of the file': (file, content) => writeFile(file, content.slice(0, -40)),
    'flips a bit in the sealed box': (file, content) => writeFile(file, content.replace(/"sealed": "(..)/, '"sealed": "00')),
    'writes nothing': () => Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })),
    'writes half and fails': async (file, content) => {
      await writeFile(file, content.slice(0, 100));
      throw Object.assign(new Error('input/output error'), { code: 'EIO' });
    },
    'writes another key': async (file) => {
      const other = `${file}.other`;
      await createSealedOwnerKey({ path: other, passphrase: second, kdf: TEST_KDF, kdfFloor: TEST_KDF });
      await writeFile(file, await readFile(other));
    },
  };
  for (const [name, write] of Object.entries(faults))
    test(`that ${name}: the old file is in its place and opens`, async () => {
      disk.write = write;
      const changed = await change().catch((error: NodeJS.ErrnoException) => ({ ok: false, error: { code: error.code } }));
      expect(changed.ok).toBe(false);
      expect(await readFile(path, 'utf8')).toBe(before);
      expect((await readdir(directory.path)).filter((each) => each.startsWith('owner.json.old'))).toEqual([]);
      const opened = await openSealedOwnerKey({ path, passphrase: first, kdfFloor: TEST_KDF });
      expect(opened.ok).toBe(true);
      if (opened.ok) await opened.value.close();
    });
});
