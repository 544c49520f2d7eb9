import { basename } from 'node:path';
import type { Address, Result } from '@countersign/core';
import type { KeyFileProblem } from '../keystore/key-file-problem.ts';
import { asResult, assertFree, createKeyFile } from './key-file-access.ts';
import { readOwnerBackup } from './owner-backup.ts';
import { readSealedOwnerFile, unsealOwnerKey } from './sealed-owner-file.ts';
import type { SealedOwnerPlace } from './sealed-owner-key.ts';

/**
 * Writes the key file that a backup holds (either form) to `path`, where nothing may be. With a passphrase the key is opened first, and nothing is
 * written when it does not open; without one `opened` is false, and whether the backup is good is not known.
 */
export async function restoreOwnerBackup(
  input: SealedOwnerPlace & { readonly backup: Uint8Array; readonly passphrase: Buffer | null },
): Promise<Result<{ readonly owner: Address; readonly opened: boolean }, KeyFileProblem>> {
  return asResult(async () => {
    await assertFree(input.path);
    const { owner, text } = readOwnerBackup(input.backup, input.kdfFloor, 'the backup');
    if (input.passphrase !== null) {
      const content = readSealedOwnerFile(Buffer.from(text), input.kdfFloor, basename(input.path));
      (await unsealOwnerKey(content, input.passphrase, 'the backup')).wipe();
    }
    await createKeyFile(input.path, text);
    return { owner, opened: input.passphrase !== null };
  });
}
