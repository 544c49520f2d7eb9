import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writePrivateFile } from './private-file.ts';
import { identify, isAlive, isThere, type ProcessIdentity, parseIdentity } from './process-identity.ts';
import { takeLockFile } from './take-lock-file.ts';

export interface InstanceLock {
  /** Notes the children, so that a later start knows what a killed one left behind. */
  noteChildren(pids: { readonly [name: string]: number }): void;
  release(): void;
}

/** How long children of a killed instance may take to notice and end, before they are killed. */
const ORPHANS_MS = 10_000;
/** How long init may take to clear a dead process away; until then its id looks taken to those who ask with a signal only. */
const CLEARED_MS = 3_000;

/** One instance for one data folder. Waits for what a killed one left running. Throws with one clear line. */
export async function lockInstance(run: string, report: (line: string) => void): Promise<InstanceLock> {
  const lockPath = join(run, 'lock');
  const childrenPath = join(run, 'children.json');
  const holder = takeLockFile(lockPath);
  if (holder !== null)
    throw new Error(
      `it runs already, as process ${holder}: stop it with Ctrl-C there, or name another folder with --data and another port with --port`,
    );
  await endOrphans(readChildren(childrenPath), report);
  rmSync(childrenPath, { force: true });
  return {
    noteChildren: (pids) => writePrivateFile(childrenPath, `${JSON.stringify(identities(pids))}\n`),
    release: () => {
      rmSync(childrenPath, { force: true });
      rmSync(lockPath, { force: true });
    },
  };
}

function identities(pids: { readonly [name: string]: number }): { readonly [name: string]: ProcessIdentity } {
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, identify(pid)]));
}

function readChildren(path: string): readonly ProcessIdentity[] {
  try {
    const noted = JSON.parse(readFileSync(path, 'utf8')) as object;
    return Object.values(noted)
      .map(parseIdentity)
      .filter((each) => each !== null);
  } catch {
    return [];
  }
}

async function endOrphans(orphans: readonly ProcessIdentity[], report: (line: string) => void): Promise<void> {
  const left = (): readonly ProcessIdentity[] => orphans.filter(isAlive);
  if (left().length > 0) report('Waiting for the processes that a killed instance left behind …');
  for (let waitedMs = 0; left().length > 0; waitedMs += 50) {
    if (waitedMs >= ORPHANS_MS) for (const { pid } of left()) process.kill(pid, 'SIGKILL');
    await sleep(50);
  }
  for (let waitedMs = 0; waitedMs < CLEARED_MS && orphans.some(isThere); waitedMs += 20) await sleep(20);
}
