import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createSealedOwnerKey, DEFAULT_KDF, KDF_FLOOR, readPassphraseFile, readSealedOwner, wipePassphrase } from '@countersign/selfhost';
import { readOrMakePrivateFile } from '../private-file.ts';

/** The demo's owner: a sealed key file and, because it is a demo, its passphrase in a file beside it. */
export interface DemoOwner {
  readonly address: string;
  readonly keyFile: string;
  readonly passphraseFile: string;
}

/** Reads the demo's owner; makes one on the first start. Throws with one clear line. */
export async function openDemoOwner(demo: string): Promise<DemoOwner> {
  const keyFile = join(demo, 'owner-key.json');
  const passphraseFile = join(demo, 'owner-passphrase');
  if (existsSync(keyFile)) {
    const read = await readSealedOwner({ path: keyFile, kdfFloor: KDF_FLOOR });
    if (!read.ok) throw new Error(`the demo owner's key ${keyFile} ${read.error.problem}`);
    return { address: read.value.owner, keyFile, passphraseFile };
  }
  readOrMakePrivateFile(passphraseFile, () => `${randomBytes(24).toString('base64url')}\n`);
  const passphrase = readPassphraseFile(passphraseFile);
  try {
    const made = await createSealedOwnerKey({ path: keyFile, kdfFloor: KDF_FLOOR, kdf: DEFAULT_KDF, passphrase });
    if (!made.ok) throw new Error(`the demo owner's key ${keyFile} ${made.error.problem}`);
    return { address: made.value.owner, keyFile, passphraseFile };
  } finally {
    wipePassphrase(passphrase);
  }
}
