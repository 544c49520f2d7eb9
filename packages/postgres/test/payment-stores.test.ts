import { type Attempt, type Holding, LIVE_ATTEMPT_STATES, type RequestedAction } from '@countersign/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aPayer as payerOf } from '../src/test-support/a-payment.ts';
import { inTransaction } from '../src/test-support/in-transaction.ts';
import { aHolding, anAddress, anApproval, anAttempt, aRequest } from '../src/test-support/records.ts';
import { startTestDatabase, type TestDatabase } from '../src/test-support/test-database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await startTestDatabase();
});
afterAll(() => db.close());
const run: <T>(work: Parameters<typeof inTransaction<T>>[1]) => Promise<T> = (work) => inTransaction(db.database, work);

const aPayer = () => payerOf(db.database);

describe('the stores of payments give back what they took', () => {
  test('requests, with bigints up to 2^64 − 1 and every letter', async () => {
    const { wallet, credential } = await aPayer();
    const request = aRequest(wallet.id, credential, { intent: new Uint8Array([0, 255]) });
    await run((tx) => tx.requests.insert(request));
    expect(await run((tx) => tx.requests.get(request.id))).toEqual(request);
    await run((tx) => tx.requests.note(request.id, 'not signed yet'));
    expect((await run((tx) => tx.requests.get(request.id)))?.problem).toBe('not signed yet');
    expect(await run((tx) => tx.requests.move(request.id, 'approved', 'signed', { atMs: 9, signature: 'sig' }))).toBe(true);
    expect(await run((tx) => tx.requests.move(request.id, 'approved', 'signed', { atMs: 9 }))).toBe(false);
    expect(await run((tx) => tx.requests.get(request.id))).toEqual({ ...request, state: 'signed', signature: 'sig', updatedAtMs: 9 });
    const decision = { ...request.decision, verdict: 'denied' as const, route: null };
    const held = aRequest(wallet.id, credential, { state: 'awaiting_owner', route: 'countersigned' });
    await run((tx) => tx.requests.insert(held));
    await run((tx) => tx.requests.move(held.id, 'awaiting_owner', 'denied', { atMs: 10, decision, problem: 'no' }));
    expect(await run((tx) => tx.requests.get(held.id))).toMatchObject({ state: 'denied', decision, problem: 'no', route: 'countersigned' });
    const list = (state: 'signed' | null, cursor: typeof request.id | null) =>
      run((tx) => tx.requests.list(wallet.id, { limit: 10, cursor, state }));
    expect((await list(null, null)).map(({ id }) => id)).toEqual([request.id, held.id].sort().reverse());
    expect((await list('signed', null)).map(({ id }) => id)).toEqual([request.id]);
    expect(await list(null, [request.id, held.id].sort()[0] ?? null)).toEqual([]);
  });

  test('requests that are calls, with their lookup tables, and what they do', async () => {
    const { wallet, credential } = await aPayer();
    const pin = { table: anAddress(), writable: [anAddress(), anAddress()], readonly: [] };
    const action: RequestedAction = { kind: 'call', message: new Uint8Array([1, 0, 255]), pins: [pin] };
    const request = aRequest(wallet.id, credential, { action, effects: [] });
    await run((tx) => tx.requests.insert(request));
    expect(await run((tx) => tx.requests.get(request.id))).toEqual(request);
    const without = aRequest(wallet.id, credential, { action: { ...action, pins: [] } });
    await run((tx) => tx.requests.insert(without));
    expect(await run((tx) => tx.requests.list(wallet.id, { limit: 2, cursor: null, state: null }))).toContainEqual(without);
  });

  test('the route of a request: as named, else as decided, else as it was', async () => {
    const { wallet, credential } = await aPayer();
    const request = aRequest(wallet.id, credential, { state: 'awaiting_delay', route: 'delayed' });
    await run((tx) => tx.requests.insert(request));
    const { decision } = request;
    const route = async () => (await run((tx) => tx.requests.get(request.id)))?.route;
    await run((tx) =>
      tx.requests.move(request.id, 'awaiting_delay', 'awaiting_owner', { atMs: 1, decision: { ...decision, route: null } }),
    );
    expect(await route()).toBe('delayed');
    await run((tx) => tx.requests.move(request.id, 'awaiting_owner', 'approved', { atMs: 1, decision, route: 'countersigned' }));
    expect(await route()).toBe('countersigned');
    await run((tx) => tx.requests.move(request.id, 'approved', 'received', { atMs: 1 }));
    expect(await route()).toBe('countersigned');
    await run((tx) => tx.requests.move(request.id, 'received', 'approved', { atMs: 1, decision }));
    expect(await route()).toBe('autonomous');
  });

  test('requests that nobody decides on, oldest first', async () => {
    const { wallet, credential } = await aPayer();
    const older = aRequest(wallet.id, credential, { state: 'received', updatedAtMs: 100 });
    const newer = aRequest(wallet.id, credential, { state: 'received', updatedAtMs: 101 });
    await run(async (tx) => {
      for (const each of [newer, older, aRequest(wallet.id, credential, { updatedAtMs: 1 })]) await tx.requests.insert(each);
    });
    const undecided = async (beforeMs: number, limit: number) =>
      (await run((tx) => tx.requests.undecided(beforeMs, limit))).map(({ id }) => id);
    expect(await undecided(102, 10)).toEqual([older.id, newer.id]);
    expect(await undecided(101, 10)).toEqual([older.id]);
    expect(await undecided(102, 1)).toEqual([older.id]);
  });

  test('every attempt of a request, oldest first', async () => {
    const { wallet, credential } = await aPayer();
    const request = aRequest(wallet.id, credential);
    const first = anAttempt(wallet.id, request.id, { createdAtMs: 2, holding: null });
    const second = anAttempt(wallet.id, request.id, { createdAtMs: 1, holding: null });
    await run(async (tx) => {
      await tx.requests.insert(request);
      await tx.attempts.insert(first);
      await tx.attempts.move(first.id, 'prepared', 'withdrawn', { problem: 'late' });
      await tx.attempts.insert(second);
    });
    expect(await run((tx) => tx.attempts.ofRequest(request.id))).toEqual([second, { ...first, state: 'withdrawn', problem: 'late' }]);
  });

  test('attempts from prepared to finalized', async () => {
    const { wallet, credential } = await aPayer();
    const request = aRequest(wallet.id, credential);
    const attempt = anAttempt(wallet.id, request.id);
    await run(async (tx) => {
      await tx.attempts.insert(attempt);
      await tx.budgets.reserve({ attemptId: attempt.id, walletId: wallet.id, holding: held(attempt), atMs: await tx.nowMs() });
      await tx.requests.insert(request);
    });
    expect(await run((tx) => tx.attempts.get(attempt.id))).toEqual(attempt);
    expect(await run((tx) => tx.attempts.liveOfRequest(request.id))).toEqual(attempt);
    expect(await run((tx) => tx.attempts.getMany([attempt.id, anAttempt(wallet.id, null).id]))).toEqual([attempt]);
    expect((await run((tx) => tx.attempts.unsettled(1_000))).map(({ id }) => id)).toContain(attempt.id);
    const wire = new Uint8Array([9, 8, 7]);
    expect(await run((tx) => tx.attempts.move(attempt.id, 'prepared', 'signed', { wire, signature: attempt.id }))).toBe(true);
    expect(await run((tx) => tx.attempts.get(attempt.id))).toEqual({ ...attempt, state: 'signed', wire, signature: attempt.id });
    expect((await run((tx) => tx.attempts.ofWallet(wallet.id, LIVE_ATTEMPT_STATES))).map(({ id }) => id)).toEqual([attempt.id]);
    expect(await run((tx) => tx.attempts.liveCountersigned(wallet.id))).toEqual([]);
    await run(async (tx) => {
      await tx.attempts.move(attempt.id, 'signed', 'finalized', {});
      await tx.budgets.settle(attempt.id, aHolding(400n).amounts, await tx.nowMs());
    });
    expect(await run((tx) => tx.attempts.liveOfRequest(request.id))).toBeNull();
    expect((await run((tx) => tx.attempts.unsettled(1_000))).map(({ id }) => id)).not.toContain(attempt.id);
  });

  test('approvals, their attempts, and which prepared ones the reconciler leaves alone', async () => {
    const { wallet, credential } = await aPayer();
    const request = aRequest(wallet.id, credential, { state: 'awaiting_owner', route: 'countersigned' });
    const approval = anApproval(wallet.id, request.id);
    const attempt = anAttempt(wallet.id, request.id, {
      approvalId: approval.id,
      holding: aHolding(5n, false),
    });
    await run(async (tx) => {
      await tx.requests.insert(request);
      await tx.approvals.insert(approval);
      await tx.attempts.insert(attempt);
    });
    const prepared = { statement: 'text\n', attemptIds: [attempt.id], kitIds: [], underPolicySha256: 'a'.repeat(64), preparedAtMs: 3 };
    await run((tx) => tx.approvals.prepare(approval.id, prepared));
    expect(await run((tx) => tx.approvals.get(approval.id))).toEqual({ ...approval, prepared });
    expect(await run((tx) => tx.approvals.lock(approval.id))).toEqual({ ...approval, prepared });
    expect(await run((tx) => tx.approvals.ofRequest(request.id))).toEqual({ ...approval, prepared });
    expect(await run((tx) => tx.attempts.ofApproval(approval.id))).toEqual([attempt]);
    expect((await run((tx) => tx.attempts.unsettled(1_000))).map(({ id }) => id)).not.toContain(attempt.id);
    expect((await run((tx) => tx.approvals.overdue(approval.expiresAtMs + 1, 100))).map(({ id }) => id)).toContain(approval.id);
    expect((await run((tx) => tx.approvals.overdue(approval.expiresAtMs, 100))).map(({ id }) => id)).not.toContain(approval.id);
    const page = { limit: 10, cursor: null };
    const filter = { walletId: wallet.id, state: 'waiting', kind: 'approve_payment' } as const;
    expect((await run((tx) => tx.approvals.list(filter, page))).map(({ id }) => id)).toEqual([approval.id]);
    expect(await run((tx) => tx.approvals.list({ ...filter, kind: 'unfreeze' }, page))).toEqual([]);
    expect(await run((tx) => tx.approvals.move(approval.id, 'waiting', 'executing', {}))).toBe(true);
    await run((tx) => tx.approvals.note(approval.id, 'the chain is slow'));
    expect((await run((tx) => tx.approvals.get(approval.id)))?.problem).toBe('the chain is slow');
    expect((await run((tx) => tx.attempts.unsettled(1_000))).map(({ id }) => id)).toContain(attempt.id);
    await run(async (tx) => {
      await tx.budgets.reserve({ attemptId: attempt.id, walletId: wallet.id, holding: held(attempt), atMs: await tx.nowMs() });
      await tx.requests.move(request.id, 'awaiting_owner', 'approved', { atMs: 4, route: 'countersigned' });
      await tx.attempts.move(attempt.id, 'prepared', 'signed', { wire: new Uint8Array(1), signature: attempt.id });
      await tx.approvals.move(approval.id, 'executing', 'done', {});
    });
    expect((await run((tx) => tx.attempts.liveCountersigned(wallet.id))).map(({ id }) => id)).toEqual([attempt.id]);
    expect((await run((tx) => tx.approvals.get(approval.id)))?.problem).toBeNull();
    await expect(run((tx) => tx.approvals.prepare(anApproval(wallet.id, null).id, null))).rejects.toThrow(/no approval/);
  });

  test('approvals that are released, held back, or consented to before', async () => {
    const { wallet, credential } = await aPayer();
    const waiting = async (releasesAtMs: number) => {
      const request = aRequest(wallet.id, credential, { state: 'awaiting_delay', route: 'delayed' });
      const approval = anApproval(wallet.id, request.id, { expiresAtMs: 30, releasesAtMs });
      await run(async (tx) => {
        await tx.requests.insert(request);
        await tx.approvals.insert(approval);
      });
      return approval;
    };
    const [second, first] = [await waiting(20), await waiting(10)];
    expect(await run((tx) => tx.approvals.get(first.id))).toEqual(first);
    const releasable = async (nowMs: number) => (await run((tx) => tx.approvals.releasable(nowMs, 10))).map(({ id }) => id);
    const overdue = async (nowMs: number) => (await run((tx) => tx.approvals.overdue(nowMs, 100))).map(({ id }) => id);
    expect(await releasable(9)).toEqual([]);
    expect(await releasable(10)).toEqual([first.id]);
    expect(await releasable(20)).toEqual([first.id, second.id]);
    expect(await overdue(31)).toEqual([]);
    expect(await run((tx) => tx.approvals.holdBack(second.id, 'the budget is used up'))).toBe(true);
    expect(await run((tx) => tx.approvals.get(second.id))).toEqual({ ...second, releasesAtMs: null, problem: 'the budget is used up' });
    expect(await overdue(31)).toEqual([second.id]);
    expect(await run((tx) => tx.approvals.move(first.id, 'waiting', 'executing', {}))).toBe(true);
    expect(await run((tx) => tx.approvals.holdBack(first.id, 'too late'))).toBe(false);
    expect(await run((tx) => tx.approvals.get(first.id))).toEqual({ ...first, state: 'executing', releasesAtMs: null });
    expect(await run((tx) => tx.approvals.move(first.id, 'executing', 'waiting', {}))).toBe(true);
    expect(await releasable(1_000)).toEqual([]);
  });
});

function held({ holding }: Attempt): Holding {
  if (holding === null) throw new Error('holds nothing');
  return holding;
}
