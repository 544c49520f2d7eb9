import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { KeyFileError } from './key-file-problem.ts';

const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** Makes the directory (0700) or checks that it is one that only its user can enter. */
export async function ensureSecureDirectory(path: string): Promise<void> {
  const made = await mkdir(path, { recursive: true, mode: 0o700 });
  if (made !== undefined) await chmod(path, 0o700);
  const info = await stat(path);
  if (!info.isDirectory()) throw new KeyFileError('malformed', basename(path), 'is not a directory');
  assertPrivate(info, basename(path), '0700');
}

/** The content of a file of mode 0600; `null` when there is none. Others' access or ownership is `insecure_mode`. */
export async function readSecureFile(path: string, name: string = basename(path)): Promise<Buffer | null> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const info = await handle.stat();
    if (!info.isFile()) throw new KeyFileError('malformed', name, 'is not a regular file');
    assertPrivate(info, name, '0600');
    if (info.size > MAX_FILE_BYTES) throw new KeyFileError('malformed', name, `is longer than ${MAX_FILE_BYTES} bytes`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

export function assertPrivate(info: { readonly mode: number; readonly uid: number }, name: string, wanted: string): void {
  if ((info.mode & 0o077) !== 0)
    throw new KeyFileError('insecure_mode', name, `is open to others (mode ${(info.mode & 0o777).toString(8)}); it must be ${wanted}`);
  if (info.uid !== process.getuid?.()) throw new KeyFileError('insecure_mode', name, 'belongs to another user');
}

/** Replaces a file atomically and durably: temporary file, fsync, rename, fsync of the directory. */
export async function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
