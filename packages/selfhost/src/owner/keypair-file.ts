import { closeSync, fstatSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { type Address, encodeBase58, type IOwnerKeys, type Result } from '@countersign/core';
import { KeyFileError, type KeyFileProblem } from '../keystore/key-file-problem.ts';
import { assertPrivate } from '../keystore/secure-file.ts';
import { createSigningKey, SEED_BYTES, type SigningKey } from '../keystore/signing-key.ts';
import { withScratchSync } from '../memory/guarded-secret.ts';
import { asResult, openKeyFile } from './key-file-access.ts';
import { localOwnerKey } from './local-owner-key.ts';
import { parseKeypairNumbers } from './parse-keypair-numbers.ts';

const MAX_FILE_BYTES = 4_096;
const PAIR_BYTES = 64;

/**
 * Opens a keypair file as `solana-keygen` writes it: 64 numbers, the seed and its public key. The file is not encrypted: whoever reads it has the
 * key. INVARIANT I9: file and numbers are read in guarded memory, never as text. Errors: `missing`, `insecure_mode`, `malformed`, `tampered`.
 */
export async function openKeypairFile(input: { readonly path: string }): Promise<Result<IOwnerKeys, KeyFileProblem>> {
  return asResult(async () => localOwnerKey('keypair_file', readKeypair(input.path)));
}

/** Its public key, after checking that the file holds the seed of it. */
export async function readKeypairOwner(input: { readonly path: string }): Promise<Result<Address, KeyFileProblem>> {
  return asResult(async () => {
    const key = readKeypair(input.path);
    key.wipe();
    return key.address;
  });
}

function readKeypair(path: string): SigningKey {
  const file = basename(path);
  return withScratchSync(MAX_FILE_BYTES + 1, (content) => {
    const length = readInto(content, path, file);
    return withScratchSync(PAIR_BYTES, (pair) => {
      parseKeypairNumbers(content.subarray(0, length), pair, file);
      const key = createSigningKey((seed) => pair.copy(seed, 0, 0, SEED_BYTES));
      if (key.address === encodeBase58(pair.subarray(SEED_BYTES))) return key;
      key.wipe();
      throw new KeyFileError('tampered', file, 'has a public half that does not belong to its secret half');
    });
  });
}

function readInto(content: Buffer, path: string, file: string): number {
  const descriptor = openKeyFile(path);
  try {
    const info = fstatSync(descriptor);
    if (!info.isFile()) throw new KeyFileError('malformed', file, 'is not a regular file');
    assertPrivate(info, file, '0600');
    let length = 0;
    for (let count = -1; count !== 0 && length < content.length; length += count)
      count = readSync(descriptor, content, length, content.length - length, null);
    if (length > MAX_FILE_BYTES) throw new KeyFileError('malformed', file, `is longer than ${MAX_FILE_BYTES} bytes`);
    return length;
  } finally {
    closeSync(descriptor);
  }
}
