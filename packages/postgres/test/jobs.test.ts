import { type ApprovalId, type AttemptId, domainError, fail, ok, type RequestId, type WalletId } from '@countersign/core';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inTransaction } from '../src/test-support/in-transaction.ts';
import { startTestDatabase, type TestDatabase } from '../src/test-support/test-database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await startTestDatabase();
});
afterAll(() => db.close());

const until = async (what: () => boolean, patienceMs = 10_000) => {
  for (let waited = 0; !what(); waited += 20) {
    if (waited > patienceMs) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
const NOTHING = { releasePayment: async () => undefined, decideAgain: async () => undefined, lockDown: async () => undefined };
const enqueue = (id: string, startAfterMs = 0) =>
  inTransaction(db.database, (tx) => tx.jobs.enqueue({ kind: 'advance-attempt', attemptId: id as AttemptId }, { startAfterMs }));

test('jobs run when their transaction commits, in batches, again when they fail, and not before they are due', async () => {
  await db.database.transact(async (tx) => {
    await tx.jobs.enqueue({ kind: 'advance-attempt', attemptId: 'att_rolled_back' as AttemptId }, { startAfterMs: 0 });
    return fail(domainError('forbidden', { role: 'x', action: 'y' }));
  });
  for (const id of ['att_1', 'att_2', 'att_2']) await enqueue(id);
  const enqueuedAt = Date.now();
  await enqueue('att_later', 2_500);
  await inTransaction(db.database, (tx) => tx.jobs.enqueue({ kind: 'expire-approvals' }, { startAfterMs: 0 }));
  const batches: (readonly AttemptId[])[] = [];
  let laterAt = 0;
  let expired = 0;
  await db.database.jobRunner.start({
    async advanceAttempts(ids) {
      batches.push(ids);
      if (ids.includes('att_later' as AttemptId)) laterAt = Date.now();
      if (batches.length === 1) throw new Error('the first time fails');
    },
    async expireApprovals() {
      expired += 1;
    },
    ...NOTHING,
  });
  await until(() => batches.length >= 2 && expired === 1 && laterAt > 0);
  expect([...(batches[0] ?? [])].sort()).toEqual(['att_1', 'att_2']);
  expect(batches.slice(1).flat()).toEqual(expect.arrayContaining(['att_1', 'att_2']));
  expect(batches.flat()).not.toContain('att_rolled_back');
  expect(laterAt - enqueuedAt).toBeGreaterThanOrEqual(2_400);
  const client = new Client({ connectionString: db.url });
  await client.connect();
  const { rows } = await client.query(`SELECT name, cron FROM pgboss.schedule`);
  expect(rows).toEqual([{ name: 'expire-approvals', cron: '* * * * *' }]);
  await client.end();
  let finished = false;
  const slow = new Promise<void>((resolve) => setTimeout(resolve, 700)).then(() => {
    finished = true;
  });
  await db.database.jobRunner.stop();
  await db.database.jobRunner.start({
    advanceAttempts: () => slow,
    expireApprovals: async () => undefined,
    ...NOTHING,
  });
  await enqueue('att_3');
  await new Promise((resolve) => setTimeout(resolve, 600));
  const stoppedAt = Date.now();
  await db.database.jobRunner.stop();
  expect(finished).toBe(true);
  expect(Date.now() - stoppedAt).toBeLessThan(5_500);
});

test('releases, new decisions and lockdowns run one by one; only the one that fails runs again', async () => {
  const fresh = await startTestDatabase();
  await inTransaction(fresh.database, async (tx) => {
    for (const id of ['apr_1', 'apr_fails', 'apr_2'])
      await tx.jobs.enqueue({ kind: 'release-payment', approvalId: id as ApprovalId }, { startAfterMs: 0 });
    await tx.jobs.enqueue({ kind: 'release-payment', approvalId: 'apr_later' as ApprovalId }, { startAfterMs: 1_500 });
    await tx.jobs.enqueue({ kind: 'decide-again', requestId: 'tx_1' as RequestId }, { startAfterMs: 0 });
    await tx.jobs.enqueue({ kind: 'lock-down', walletId: 'wal_1' as WalletId }, { startAfterMs: 0 });
  });
  const enqueuedAt = Date.now();
  const released: ApprovalId[] = [];
  const decided: RequestId[] = [];
  const lockedDown: WalletId[] = [];
  let laterAt = 0;
  await fresh.database.jobRunner.start({
    advanceAttempts: async () => undefined,
    expireApprovals: async () => undefined,
    async releasePayment(id) {
      if (id === 'apr_later') laterAt = Date.now();
      released.push(id);
      if (id === 'apr_fails' && released.filter((each) => each === id).length === 1) throw new Error('the first time fails');
    },
    async decideAgain(id) {
      decided.push(id);
    },
    async lockDown(id) {
      lockedDown.push(id);
      if (lockedDown.length === 1) throw new Error('the chain is away');
    },
  });
  await until(() => released.length === 5 && decided.length === 1 && lockedDown.length === 2);
  expect(lockedDown).toEqual(['wal_1', 'wal_1']);
  expect([...released].sort()).toEqual(['apr_1', 'apr_2', 'apr_fails', 'apr_fails', 'apr_later']);
  expect(decided).toEqual(['tx_1']);
  expect(laterAt - enqueuedAt).toBeGreaterThanOrEqual(1_400);
  await fresh.close();
});

test('attack: more first jobs at once than there are connections do not wait for each other', async () => {
  const fresh = await startTestDatabase({ poolSize: 4 });
  const results = await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      fresh.database.transact(async (tx) => {
        await tx.jobs.enqueue({ kind: 'advance-attempt', attemptId: `att_${index}` as AttemptId }, { startAfterMs: 0 });
        return ok(index);
      }),
    ),
  );
  expect(results.every((result) => result.ok)).toBe(true);
  await fresh.close();
});

test('attack: however many payments are to be followed, they keep a change of keys waiting for one batch at most', async () => {
  const fresh = await startTestDatabase();
  await inTransaction(fresh.database, async (tx) => {
    for (let each = 0; each < 200; each += 1)
      await tx.jobs.enqueue({ kind: 'advance-attempt', attemptId: `att_${each}` as AttemptId }, { startAfterMs: 0 });
    await tx.jobs.enqueue({ kind: 'advance-attempt', attemptId: 'att_urgent' as AttemptId }, { startAfterMs: 0, urgent: true });
  });
  const batches: (readonly AttemptId[])[] = [];
  await fresh.database.jobRunner.start({
    advanceAttempts: async (ids) => {
      batches.push(ids);
    },
    expireApprovals: async () => undefined,
    ...NOTHING,
  });
  await until(() => batches.flat().length === 201);
  expect(batches[0]).toContain('att_urgent');
  await fresh.database.jobRunner.stop();
  await fresh.close();
});
