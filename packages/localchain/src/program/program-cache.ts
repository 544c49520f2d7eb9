import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

/** Where the ELF of the deployed program is kept for this user: `$XDG_CACHE_HOME` or `~/.cache`, then `countersign/squads_v4.so`. */
export function cachedProgramPath(env: NodeJS.ProcessEnv): string {
  const configured = env['XDG_CACHE_HOME'];
  const base = configured !== undefined && isAbsolute(configured) ? configured : join(env['HOME'] ?? homedir(), '.cache');
  return join(base, 'countersign', 'squads_v4.so');
}

/** Writes beside, syncs and renames, so that no reader ever sees half a program. Throws what the file system throws. */
export function writeCachedProgram(path: string, elf: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.tmp`;
  const file = openSync(draft, 'w', 0o644);
  try {
    writeSync(file, elf);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
}
