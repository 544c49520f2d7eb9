import { closeSync, fstatSync, readSync } from 'node:fs';
import { type Address, ok, type Result } from '@countersign/core';
import type { KeyFileProblem } from '../keystore/key-file-problem.ts';
import { asResult, openKeyFile } from './key-file-access.ts';
import { readKeypairOwner } from './keypair-file.ts';
import { readSealedOwner, type SealedOwnerPlace } from './sealed-owner-key.ts';

/** What an owner key file is, told by its content: a sealed one needs a passphrase to sign (`openSealedOwnerKey`), a keypair file does not (`openKeypairFile`). */
export interface OwnerKeyFile {
  readonly holder: 'sealed_file' | 'keypair_file';
  readonly owner: Address;
}

export async function readOwnerKeyFile(input: SealedOwnerPlace): Promise<Result<OwnerKeyFile, KeyFileProblem>> {
  const first = await asResult(async () => firstCharacter(input.path));
  if (!first.ok) return first;
  const holder = first.value === '[' ? 'keypair_file' : 'sealed_file';
  const owner = holder === 'keypair_file' ? await readKeypairOwner(input) : await ownerOfSealed(input);
  return owner.ok ? ok({ holder, owner: owner.value }) : owner;
}

async function ownerOfSealed(input: SealedOwnerPlace): Promise<Result<Address, KeyFileProblem>> {
  const read = await readSealedOwner(input);
  return read.ok ? ok(read.value.owner) : read;
}

/** One byte is enough: files of both formats begin with their bracket. Of what is no file nothing is read. */
function firstCharacter(path: string): string {
  const byte = Buffer.alloc(1);
  const descriptor = openKeyFile(path);
  try {
    if (fstatSync(descriptor).isFile()) readSync(descriptor, byte, 0, 1, 0);
    return byte.toString('latin1');
  } finally {
    closeSync(descriptor);
  }
}
