import { openSync } from 'node:fs';
import { access, mkdir, open, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { fail, ok, type Result } from '@countersign/core';
import { KeyFileError, type KeyFileProblem, keyFileProblem } from '../keystore/key-file-problem.ts';
import { readSecureFile, syncDirectory } from '../keystore/secure-file.ts';

/** The content of a key file that only its user can read. Errors: `missing`, `insecure_mode`, `malformed`. */
export async function readKeyFile(path: string): Promise<Buffer> {
  const bytes = await readSecureFile(path);
  if (!bytes) throw new KeyFileError('missing', basename(path), 'is missing');
  return bytes;
}

/** A descriptor for reading, where the bytes must go straight into guarded memory; the caller closes it. Error: `missing`. */
export function openKeyFile(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new KeyFileError('missing', basename(path), 'is missing');
    throw error;
  }
}

/** Cheap, before anything is derived; `createKeyFile` is what keeps a file from being written over. */
export async function assertFree(path: string): Promise<void> {
  const free = await access(path).then(
    () => false,
    () => true,
  );
  if (!free) throw taken(path);
}

/** Writes a new file (mode 0600), flushed to disk, and never takes another's place: not even one that appears meanwhile. Error: `exists`. */
export async function createKeyFile(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const handle = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? taken(path) : error;
  });
  try {
    await handle.writeFile(content);
    await handle.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  await syncDirectory(dirname(path));
}

function taken(path: string): KeyFileError {
  return new KeyFileError('exists', basename(path), 'is there already; it is not written over');
}

/** What the file system says about a path that the owner gave, as far as it is about that path. */
const PROBLEMS: { readonly [code: string]: readonly [KeyFileProblem['code'], string] } = {
  EACCES: ['insecure_mode', 'cannot be opened: it belongs to another user'],
  EPERM: ['insecure_mode', 'cannot be opened: it belongs to another user'],
  EISDIR: ['malformed', 'is a directory'],
  ENOTDIR: ['missing', 'is missing: a part of its path is a file'],
  EROFS: ['insecure_mode', 'cannot be written: the file system is read-only'],
};

export async function asResult<T>(work: () => Promise<T>): Promise<Result<T, KeyFileProblem>> {
  try {
    return ok(await work());
  } catch (error) {
    if (error instanceof KeyFileError) return fail(error.detail);
    const { code = '', path = '' } = error as NodeJS.ErrnoException;
    const [known, problem] = PROBLEMS[code] ?? [];
    if (known !== undefined && problem !== undefined) return fail(keyFileProblem(known, basename(path), problem));
    throw error;
  }
}
