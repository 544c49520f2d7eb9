import { closeSync, existsSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes a file of mode 0600 so that after a crash it is there whole or not at all. */
export function writePrivateFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeThrough(temporary, text);
  renameSync(temporary, path);
  syncFolder(dirname(path));
}

/** The file's text; made by `make` when there is none. Never overwrites. */
export function readOrMakePrivateFile(path: string, make: () => string): string {
  if (!existsSync(path)) {
    const temporary = `${path}.${process.pid}.tmp`;
    writeThrough(temporary, make());
    try {
      linkSync(temporary, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(temporary, { force: true });
    }
    syncFolder(dirname(path));
  }
  return readFileSync(path, 'utf8');
}

function writeThrough(path: string, text: string): void {
  const file = openSync(path, 'w', 0o600);
  try {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
