import { readFile } from 'node:fs/promises';

/**
 * The id of a process with the moment it began, so that a process that got the same id later is told from it. `null` when there is no such
 * process, or where the system does not tell.
 */
export async function processIdentity(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // The name in parentheses may hold spaces; the beginning is the 20th field after it, in clock ticks since the machine began.
  const began = stat
    ?.slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .at(19);
  return began === undefined ? null : `${pid} ${began}`;
}
