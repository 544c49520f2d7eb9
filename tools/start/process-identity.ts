import { readFileSync } from 'node:fs';

/** A process as it can be recognised later, when its id may have been given to another. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot (field 22 of /proc/<pid>/stat); `null` where there is no /proc. */
  readonly startedAtTicks: string | null;
}

export function identify(pid: number): ProcessIdentity {
  return { pid, startedAtTicks: statFields(pid)?.[19] ?? null };
}

/** Whether that very process still runs; a zombie does not. */
export function isAlive({ pid, startedAtTicks }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const fields = statFields(pid);
  if (fields === null) return process.platform !== 'linux';
  return fields[0] !== 'Z' && (startedAtTicks === null || fields[19] === startedAtTicks);
}

/** Whether that very process has an entry still, dead or alive. */
export function isThere({ pid, startedAtTicks }: ProcessIdentity): boolean {
  return startedAtTicks !== null && statFields(pid)?.[19] === startedAtTicks;
}

/** Reads back what was written as JSON; `null` when it is no identity. */
export function parseIdentity(value: unknown): ProcessIdentity | null {
  if (typeof value !== 'object' || value === null) return null;
  const { pid, startedAtTicks } = value as Partial<ProcessIdentity>;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 1) return null;
  return { pid, startedAtTicks: typeof startedAtTicks === 'string' ? startedAtTicks : null };
}

/** The fields after the command's name: state first. */
function statFields(pid: number): readonly string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}
