import { basename } from 'node:path';
import type { Address, IOwnerKeys, Result } from '@countersign/core';
import { type KdfFloor, type KdfParameters, newStoredKdf } from '../keystore/kdf.ts';
import type { KeyFileProblem } from '../keystore/key-file-problem.ts';
import { generateSigningKey } from '../keystore/signing-key.ts';
import { asResult, assertFree, createKeyFile, readKeyFile } from './key-file-access.ts';
import { localOwnerKey } from './local-owner-key.ts';
import { deriveBoxKey, readSealedOwnerFile, type SealedOwnerRecipient, sealOwnerKey, unsealOwnerKey } from './sealed-owner-file.ts';

export interface SealedOwnerPlace {
  readonly path: string;
  /** The least Argon2id strength that is accepted: `KDF_FLOOR` everywhere but in tests. */
  readonly kdfFloor: KdfFloor;
}

/** Makes a new owner key in a new file (mode 0600). `passphrase` is read, not kept; the caller wipes it. Error: `exists`. */
export async function createSealedOwnerKey(
  input: SealedOwnerPlace & { readonly passphrase: Buffer; readonly kdf: KdfParameters },
): Promise<Result<{ readonly owner: Address }, KeyFileProblem>> {
  return asResult(async () => {
    await assertFree(input.path);
    return store(input.path, await recipientOf(input.passphrase, input, basename(input.path)));
  });
}

/** Makes a new owner key sealed to the passphrase behind `recipient`, without that passphrase: a service can do it and cannot open it. */
export async function sealOwnerKeyTo(input: {
  readonly path: string;
  readonly recipient: SealedOwnerRecipient;
}): Promise<Result<{ readonly owner: Address }, KeyFileProblem>> {
  return asResult(async () => {
    await assertFree(input.path);
    return store(input.path, input.recipient);
  });
}

/** The public part of a sealed key file: its owner address, and what `sealOwnerKeyTo` needs. */
export async function readSealedOwner(
  input: SealedOwnerPlace,
): Promise<Result<{ readonly owner: Address; readonly recipient: SealedOwnerRecipient }, KeyFileProblem>> {
  return asResult(async () => {
    const { owner, kdf, boxPublicKey } = readSealedOwnerFile(await readKeyFile(input.path), input.kdfFloor, basename(input.path));
    return { owner, recipient: { kdf, boxPublicKey } };
  });
}

/**
 * Opens the key for one action; the caller closes it. `passphrase` is read, not kept. Deriving takes about a second and runs beside the event
 * loop.
 */
export async function openSealedOwnerKey(
  input: SealedOwnerPlace & { readonly passphrase: Buffer },
): Promise<Result<IOwnerKeys, KeyFileProblem>> {
  return asResult(async () => {
    const file = basename(input.path);
    const content = readSealedOwnerFile(await readKeyFile(input.path), input.kdfFloor, file);
    return localOwnerKey('sealed_file', await unsealOwnerKey(content, input.passphrase, file));
  });
}

/** A recipient with a new salt. `passphrase` is read, not kept. */
export async function recipientOf(
  passphrase: Buffer,
  { kdf, kdfFloor }: { readonly kdf: KdfParameters; readonly kdfFloor: KdfFloor },
  file: string,
): Promise<SealedOwnerRecipient> {
  const stored = newStoredKdf(kdf, kdfFloor, file);
  const box = await deriveBoxKey(passphrase, stored);
  box.secretKey.wipe();
  return { kdf: stored, boxPublicKey: box.publicKey.toString('hex') };
}

async function store(path: string, recipient: SealedOwnerRecipient): Promise<{ readonly owner: Address }> {
  const key = generateSigningKey();
  try {
    await createKeyFile(path, sealOwnerKey(recipient, key));
    return { owner: key.address };
  } finally {
    key.wipe();
  }
}
