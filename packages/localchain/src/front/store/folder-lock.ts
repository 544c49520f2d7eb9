/** One process a data folder: `lock` holds the process id and when that process started, so that a reused id is not taken for it. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/** Takes the lock; `null`, or the id of the process that holds it. A lock whose process is gone is taken over. */
export function takeFolderLock(path: string): number | null {
  for (;;) {
    try {
      writeFileSync(path, `${process.pid} ${startOf(process.pid) ?? '-'}\n`, { flag: 'wx', mode: 0o600 });
      return null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const [pid, start] = readFileSync(path, 'utf8').trim().split(' ');
    const holder = Number(pid);
    if (Number.isSafeInteger(holder) && holder > 0 && isAlive(holder) && (startOf(holder) ?? '-') === start) return holder;
    rmSync(path, { force: true });
  }
}

export function releaseFolderLock(path: string): void {
  rmSync(path, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of /proc/<pid>/stat, clock ticks since boot; `null` for a zombie, which holds nothing, and where there is no /proc. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
