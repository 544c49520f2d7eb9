/**
 * One build at a time for a user. The lock is a file that its holder touches every few seconds: a lock whose holder is gone,
 * or that nobody has touched for a minute, is nobody's.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const TOUCH_EVERY_MS = 5_000;
const ABANDONED_AFTER_MS = 60_000;
const LOOK_EVERY_MS = 500;

/** Takes the lock, waiting for as long as another process holds it; `waiting` is called once when that is so. */
export async function acquireLock(path: string, waiting: () => void): Promise<() => void> {
  mkdirSync(dirname(path), { recursive: true });
  const content = JSON.stringify({ pid: process.pid, token: randomUUID() });
  let hasSaid = false;
  while (!create(path, content)) {
    if (removeAbandoned(path)) continue;
    if (!hasSaid) waiting();
    hasSaid = true;
    await sleep(LOOK_EVERY_MS);
  }
  const touching = setInterval(() => touch(path), TOUCH_EVERY_MS);
  touching.unref();
  const release = (): void => {
    clearInterval(touching);
    process.removeListener('exit', release);
    if (read(path) === content) rmSync(path, { force: true });
  };
  process.once('exit', release);
  return release;
}

function create(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Whether the file of a holder that is gone was taken away. It is renamed first: of several that find it abandoned, one
 * succeeds, and whoever has meanwhile renamed a new holder's file puts it back.
 */
function removeAbandoned(path: string): boolean {
  const content = read(path);
  if (content === null) return true;
  if (!isAbandoned(path, content)) return false;
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    return true;
  }
  const taken = read(aside);
  if (taken !== null && taken !== content) create(path, taken);
  rmSync(aside, { force: true });
  return true;
}

function isAbandoned(path: string, content: string): boolean {
  let touchedAtMs: number;
  try {
    touchedAtMs = statSync(path).mtimeMs;
  } catch {
    return false;
  }
  return Date.now() - touchedAtMs > ABANDONED_AFTER_MS || !isAlive(pidOf(content));
}

/** A file that is not yet written has no pid, and its writer is alive. */
function pidOf(content: string): number | null {
  try {
    const { pid } = JSON.parse(content) as { pid?: unknown };
    return typeof pid === 'number' ? pid : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number | null): boolean {
  if (pid === null) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function touch(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // Whoever found the lock abandoned has it now; cargo's own lock on the target folder still keeps the builds apart.
  }
}
