import type { Address, IOwnerKeys } from '@countersign/core';
import { KDF_FLOOR, openSealedOwnerKey, readSealedOwner } from '@countersign/selfhost';
import { type Failure, failed } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import type { Terminal } from '../terminal.ts';
import { keyFileFailure } from './key-file-failure.ts';
import type { OwnerKeyPlace } from './locate.ts';
import { readPassphrase } from './read-passphrase.ts';

/** The public key of a sealed key file; needs no passphrase. */
export async function readOwner(path: string): Promise<Result<Address, Failure>> {
  const read = await readSealedOwner({ path, kdfFloor: KDF_FLOOR });
  return read.ok ? good(read.value.owner) : failed(keyFileFailure(read.error, path));
}

/** Opens the key for one action; the caller closes it. The passphrase is wiped at once. */
export async function openKey(place: OwnerKeyPlace, terminal: Terminal): Promise<Result<IOwnerKeys, Failure>> {
  const passphrase = await readPassphrase(place.passphraseFile, terminal);
  if (!passphrase.ok) return passphrase;
  try {
    const opened = await openSealedOwnerKey({ path: place.path, kdfFloor: KDF_FLOOR, passphrase: passphrase.value });
    return opened.ok ? opened : failed(keyFileFailure(opened.error, place.path));
  } finally {
    passphrase.value.fill(0);
  }
}
