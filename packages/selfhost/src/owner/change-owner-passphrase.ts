import { rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Address, Result } from '@countersign/core';
import type { KdfParameters } from '../keystore/kdf.ts';
import { KeyFileError, type KeyFileProblem } from '../keystore/key-file-problem.ts';
import { syncDirectory, writeFileAtomically } from '../keystore/secure-file.ts';
import { asResult, createKeyFile, readKeyFile } from './key-file-access.ts';
import { readSealedOwnerFile, sealOwnerKey, unsealOwnerKey } from './sealed-owner-file.ts';
import { recipientOf, type SealedOwnerPlace } from './sealed-owner-key.ts';

export interface PassphraseChange extends SealedOwnerPlace {
  /** Both are read, not kept; the caller wipes them. */
  readonly passphrase: Buffer;
  readonly newPassphrase: Buffer;
  /** What new files get; a file that was stronger stays as strong. */
  readonly kdf: KdfParameters;
}

/** The copy under the old passphrase, which is there only while a change is under way or when one was cut off. */
export function oldCopyOf(path: string): string {
  return `${path}.old`;
}

/**
 * Seals the same key to another passphrase, with a new salt and Argon2id parameters that are never lower than before. A copy of the old file stays
 * until the new one was read back from its place and opened; whatever fails, the file opens with one of the two passphrases. Whoever copied the old
 * file and knows the old passphrase still has the key: only another owner key helps against that. Errors: those of opening, `in_use`.
 */
export async function changeOwnerPassphrase(input: PassphraseChange): Promise<Result<{ readonly owner: Address }, KeyFileProblem>> {
  return asResult(async () => {
    const before = await readKeyFile(input.path);
    const copy = oldCopyOf(input.path);
    await keepCopy(copy, before);
    let written = false;
    try {
      const { owner, text } = await sealAnew(input, before);
      if (!(await readKeyFile(input.path)).equals(before))
        throw new KeyFileError('in_use', basename(input.path), 'was changed meanwhile; nothing was done');
      written = true;
      await writeFileAtomically(input.path, text);
      await assertOpens(input, owner);
      await rm(copy);
      await syncDirectory(dirname(copy));
      return { owner };
    } catch (error) {
      if (written) await putBack(input.path, copy, before);
      else await rm(copy, { force: true });
      throw error;
    }
  });
}

/** The copy is the lock too: two changes at once would leave the owner not knowing which passphrase holds. */
async function keepCopy(copy: string, before: Buffer): Promise<void> {
  try {
    await createKeyFile(copy, before);
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error;
    const name = basename(copy);
    const remedy = `make sure that the key file opens, then delete ${name}`;
    throw new KeyFileError('in_use', name, `shows that a change of the passphrase is under way or was cut off; ${remedy}`);
  }
}

async function sealAnew(input: PassphraseChange, before: Buffer): Promise<{ readonly owner: Address; readonly text: string }> {
  const file = basename(input.path);
  const content = readSealedOwnerFile(before, input.kdfFloor, file);
  const key = await unsealOwnerKey(content, input.passphrase, file);
  try {
    const kdf = {
      memoryKib: Math.max(content.kdf.memoryKib, input.kdf.memoryKib),
      passes: Math.max(content.kdf.passes, input.kdf.passes),
    };
    const recipient = await recipientOf(input.newPassphrase, { kdf, kdfFloor: input.kdfFloor }, file);
    return { owner: key.address, text: sealOwnerKey(recipient, key) };
  } finally {
    key.wipe();
  }
}

async function assertOpens({ path, newPassphrase, kdfFloor }: PassphraseChange, owner: Address): Promise<void> {
  const file = basename(path);
  const key = await unsealOwnerKey(readSealedOwnerFile(await readKeyFile(path), kdfFloor, file), newPassphrase, file);
  key.wipe();
  if (key.address !== owner) throw new KeyFileError('tampered', file, 'came back with another key; the old file was put back');
}

/** Leaves the old content in its place, and the copy only where that cannot be done. */
async function putBack(path: string, copy: string, before: Buffer): Promise<void> {
  const inPlace = await readKeyFile(path).catch(() => null);
  if (inPlace?.equals(before) === true) await rm(copy, { force: true });
  else await rename(copy, path);
}
