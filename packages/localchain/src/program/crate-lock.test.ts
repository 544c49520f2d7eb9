import { mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acquireLock } from './crate-lock.ts';

const lockPath = (): string => join(mkdtempSync(join(tmpdir(), 'countersign-lock-')), 'lock');
const never = (): void => expect.unreachable('nobody holds the lock');
/** Above every pid that Linux gives out. */
const DEAD_PID = 2 ** 22 + 1;

test('one holder at a time, and each that waits says so once', async () => {
  const path = lockPath();
  let holders = 0;
  let waited = 0;
  const holdAWhile = async (): Promise<void> => {
    const release = await acquireLock(path, () => waited++);
    holders += 1;
    expect(holders).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    holders -= 1;
    release();
  };
  await Promise.all([holdAWhile(), holdAWhile(), holdAWhile()]);
  expect(waited).toBe(2);
  expect(readdirSync(join(path, '..'))).toEqual([]);
});

test('a lock whose holder is gone is nobody’s', async () => {
  const path = lockPath();
  writeFileSync(path, JSON.stringify({ pid: DEAD_PID, token: 'x' }));
  (await acquireLock(path, never))();
});

test('a lock that nobody has touched for a minute is nobody’s', async () => {
  const path = lockPath();
  writeFileSync(path, JSON.stringify({ pid: process.pid, token: 'x' }));
  const longAgo = new Date(Date.now() - 120_000);
  utimesSync(path, longAgo, longAgo);
  (await acquireLock(path, never))();
});
