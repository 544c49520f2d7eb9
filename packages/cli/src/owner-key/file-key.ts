import type { IOwnerKeys } from '@countersign/core';
import { KDF_FLOOR, openKeypairFile, openSealedOwnerKey, readOwnerKeyFile } from '@countersign/selfhost';
import { type Failure, failed } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import type { Terminal } from '../terminal.ts';
import type { FoundKey } from './found-key.ts';
import type { FileChoice } from './key-choice.ts';
import { keyFileFailure } from './key-file-failure.ts';
import { readPassphrase } from './read-passphrase.ts';

/** A key in a file; only a sealed one needs a passphrase, and only to be opened. */
export async function findFileKey(choice: FileChoice, terminal: Terminal): Promise<Result<FoundKey, Failure>> {
  const read = await readOwnerKeyFile({ path: choice.path, kdfFloor: KDF_FLOOR });
  if (!read.ok) return failed(keyFileFailure(read.error, choice.path));
  const { holder, owner } = read.value;
  const open = holder === 'sealed_file' ? () => openSealed(choice, terminal) : () => openKeypair(choice);
  return good({ owner, open, close: async () => undefined });
}

/** The passphrase is wiped at once. */
async function openSealed({ path, passphraseFile }: FileChoice, terminal: Terminal): Promise<Result<IOwnerKeys, Failure>> {
  const passphrase = await readPassphrase(passphraseFile, terminal, `Passphrase of ${path}: `);
  if (!passphrase.ok) return passphrase;
  try {
    const opened = await openSealedOwnerKey({ path, kdfFloor: KDF_FLOOR, passphrase: passphrase.value });
    return opened.ok ? opened : failed(keyFileFailure(opened.error, path));
  } finally {
    passphrase.value.fill(0);
  }
}

async function openKeypair({ path }: FileChoice): Promise<Result<IOwnerKeys, Failure>> {
  const opened = await openKeypairFile({ path });
  return opened.ok ? opened : failed(keyFileFailure(opened.error, path));
}
