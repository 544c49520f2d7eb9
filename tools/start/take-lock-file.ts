import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { identify, isAlive, parseIdentity } from './process-identity.ts';

/** Takes the lock for this process; `null`, or the id of the process that holds it. One whose process is gone is taken over. */
export function takeLockFile(path: string): number | null {
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, `${JSON.stringify(identify(process.pid))}\n`, { mode: 0o600 });
  try {
    for (;;) {
      try {
        linkSync(mine, path);
        return null;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = readHolder(path);
      if (holder !== null && isAlive(holder)) return holder.pid;
      setAside(path);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** A rename succeeds for one of two that find the same dead lock. */
function setAside(path: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
    const holder = readHolder(aside);
    if (holder !== null && isAlive(holder)) linkSync(aside, path);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function readHolder(path: string): ReturnType<typeof parseIdentity> {
  try {
    return parseIdentity(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}
