import { randomBytes } from 'node:crypto';
import { formatOwnerStatement, LIVE_ATTEMPT_STATES } from '@countersign/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inTransaction } from '../src/test-support/in-transaction.ts';
import { aCredential, anApproval, anAttempt, aPolicy, aRequest, aWallet } from '../src/test-support/records.ts';
import { startTestDatabase, type TestDatabase } from '../src/test-support/test-database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await startTestDatabase();
});
afterAll(() => db.close());
const run: <T>(work: Parameters<typeof inTransaction<T>>[1]) => Promise<T> = (work) => inTransaction(db.database, work);

async function aPayer() {
  const wallet = aWallet();
  const credential = aCredential(wallet.id);
  await run(async (tx) => {
    await tx.wallets.insert(wallet);
    await tx.credentials.insert(credential, randomBytes(32));
  });
  return { wallet, credential };
}

describe('stores give back what they took', () => {
  test('wallets', async () => {
    const wallet = aWallet({ state: 'creating' });
    await run((tx) => tx.wallets.insert(wallet));
    expect(await run((tx) => tx.wallets.get(wallet.id))).toEqual(wallet);
    expect(await run((tx) => tx.wallets.lock(wallet.id))).toEqual(wallet);
    expect(await run((tx) => tx.wallets.lockShared(wallet.id))).toEqual(wallet);
    expect(await run((tx) => tx.wallets.get(aWallet().id))).toBeNull();
    expect(await run((tx) => tx.wallets.move(wallet.id, 'active', 'frozen', { frozenReason: 'x' }))).toBe(false);
    expect(await run((tx) => tx.wallets.move(wallet.id, 'creating', 'active', { frozenReason: null }))).toBe(true);
    expect(await run((tx) => tx.wallets.move(wallet.id, 'active', 'frozen', { frozenReason: 'drift' }))).toBe(true);
    expect(await run((tx) => tx.wallets.get(wallet.id))).toEqual({ ...wallet, state: 'frozen', frozenReason: 'drift' });
    const later = aWallet();
    await run((tx) => tx.wallets.insert(later));
    const [newest] = await run((tx) => tx.wallets.list({ limit: 1, cursor: null }));
    expect(newest).toEqual(
      [later, wallet].sort((one, other) => (one.id < other.id ? 1 : -1))[0]?.id === later.id ? later : expect.anything(),
    );
    expect((await run((tx) => tx.wallets.list({ limit: 1, cursor: later.id })))[0]?.id).not.toBe(later.id);
  });

  test('policies, one in force at a time', async () => {
    const { wallet } = await aPayer();
    const first = aPolicy(wallet.id);
    const second = aPolicy(wallet.id, { revision: 2 });
    await run(async (tx) => {
      await tx.policies.insert(first);
      await tx.policies.insert(second);
    });
    expect(await run((tx) => tx.policies.get(wallet.id, 1))).toEqual(first);
    expect(await run((tx) => tx.policies.active(wallet.id))).toBeNull();
    await run(async (tx) => {
      expect(await tx.policies.move(wallet.id, 1, 'proposed', 'active', 5)).toBe(true);
      expect(await tx.wallets.setPolicyRevision(wallet.id, null, 1)).toBe(true);
      expect(await tx.wallets.setPolicyRevision(wallet.id, null, 2)).toBe(false);
    });
    expect(await run((tx) => tx.policies.active(wallet.id))).toEqual({ ...first, state: 'active', activatedAtMs: 5 });
    await expect(run((tx) => tx.policies.move(wallet.id, 2, 'proposed', 'active', 6))).rejects.toMatchObject({
      constraint: 'policy_revisions_one_active',
    });
    await run(async (tx) => {
      await tx.policies.move(wallet.id, 1, 'active', 'superseded', 7);
      await tx.policies.move(wallet.id, 2, 'proposed', 'active', 7);
      await tx.wallets.setPolicyRevision(wallet.id, 1, 2);
    });
    expect((await run((tx) => tx.policies.list(wallet.id))).map(({ revision, state }) => [revision, state])).toEqual([
      [2, 'active'],
      [1, 'superseded'],
    ]);
  });

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

  test('attempts from prepared to finalized', async () => {
    const { wallet, credential } = await aPayer();
    const request = aRequest(wallet.id, credential);
    const attempt = anAttempt(wallet.id, request.id);
    await run(async (tx) => {
      await tx.attempts.insert(attempt);
      await tx.budgets.reserve({ attemptId: attempt.id, walletId: wallet.id, ...held(attempt), atMs: await tx.nowMs() });
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
      await tx.budgets.settle(attempt.id, 400n);
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
      outflow: { asset: request.payment.asset, amount: 5n, route: 'countersigned' },
    });
    await run(async (tx) => {
      await tx.requests.insert(request);
      await tx.approvals.insert(approval);
      await tx.attempts.insert(attempt);
    });
    const prepared = { statement: 'text\n', attemptIds: [attempt.id], underRevision: 1, preparedAtMs: 3 };
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
      await tx.budgets.reserve({ attemptId: attempt.id, walletId: wallet.id, ...held(attempt), atMs: await tx.nowMs() });
      await tx.attempts.move(attempt.id, 'prepared', 'signed', { wire: new Uint8Array(1), signature: attempt.id });
      await tx.approvals.move(approval.id, 'executing', 'done', {});
    });
    expect((await run((tx) => tx.attempts.liveCountersigned(wallet.id))).map(({ id }) => id)).toEqual([attempt.id]);
    expect((await run((tx) => tx.approvals.get(approval.id)))?.problem).toBeNull();
    await expect(run((tx) => tx.approvals.prepare(anApproval(wallet.id, null).id, null))).rejects.toThrow(/no approval/);
  });

  test('credentials', async () => {
    const wallet = aWallet();
    const agent = aCredential(wallet.id);
    const operator = aCredential(wallet.id, { role: 'operator', walletId: null });
    const hash = randomBytes(32);
    await run(async (tx) => {
      await tx.wallets.insert(wallet);
      await tx.credentials.insert(agent, hash);
      await tx.credentials.insert(operator, randomBytes(32));
    });
    expect(await run((tx) => tx.credentials.byHash(new Uint8Array(hash)))).toEqual(agent);
    expect(await run((tx) => tx.credentials.byHash(randomBytes(32)))).toBeNull();
    expect(await run((tx) => tx.credentials.list({ walletId: wallet.id, role: null }))).toEqual([agent]);
    expect(await run((tx) => tx.credentials.list({ walletId: null, role: 'operator' }))).toContainEqual(operator);
    expect(await run((tx) => tx.credentials.revoke(agent.id, 7))).toBe(true);
    expect(await run((tx) => tx.credentials.revoke(agent.id, 8))).toBe(false);
    expect((await run((tx) => tx.credentials.get(agent.id)))?.revokedAtMs).toBe(7);
  });

  test('INVARIANT I6: a statement is used once, and the one of a revision is found', async () => {
    const { wallet } = await aPayer();
    const nonce = randomBytes(16).toString('hex');
    const text = formatOwnerStatement({
      action: 'install-policy',
      network: '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d',
      wallet: '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d',
      expiresAtMs: 1_700_000_000_000,
      nonce,
      revision: 3,
      policySha256: 'a'.repeat(64),
      boundsSha256: 'b'.repeat(64),
    });
    const entry = { walletId: wallet.id, nonce, text, signature: new Uint8Array(64).fill(7), atMs: 1 };
    expect(await run((tx) => tx.statements.use(entry))).toBe(true);
    expect(await run((tx) => tx.statements.use(entry))).toBe(false);
    expect(await run((tx) => tx.statements.ofRevision(wallet.id, 3))).toEqual({ text, signature: entry.signature });
    expect(await run((tx) => tx.statements.ofRevision(wallet.id, 4))).toBeNull();
  });

  test('receipts: the newest, oldest first', async () => {
    const { wallet } = await aPayer();
    await run(async (tx) => {
      for (const byte of [1, 2, 3]) await tx.receipts.append(wallet.id, new Uint8Array([byte]), 1);
    });
    expect(await run((tx) => tx.receipts.list(wallet.id, 2))).toEqual([new Uint8Array([2]), new Uint8Array([3])]);
  });

  test('idempotency: a second claim waits for the first and learns who has the key', async () => {
    const { wallet, credential } = await aPayer();
    const one = aRequest(wallet.id, credential);
    const other = aRequest(wallet.id, credential);
    const entry = { credentialId: credential.id, key: 'k-1', fingerprint: 'f', atMs: 1 };
    const order: string[] = [];
    let claimed = (): void => undefined;
    const firstHasIt = new Promise<void>((resolve) => {
      claimed = resolve;
    });
    const first = run(async (tx) => {
      await tx.idempotency.claim({ ...entry, requestId: one.id });
      claimed();
      await new Promise((resolve) => setTimeout(resolve, 100));
      await tx.requests.insert(one);
      order.push('first');
    });
    await firstHasIt;
    const second = await run((tx) => tx.idempotency.claim({ ...entry, requestId: other.id }));
    order.push('second');
    await first;
    expect(order).toEqual(['first', 'second']);
    expect(second).toEqual({ kind: 'taken', fingerprint: 'f', requestId: one.id });
    expect(await run((tx) => tx.idempotency.find(credential.id, 'k-1'))).toEqual({ fingerprint: 'f', requestId: one.id });
    expect(await run((tx) => tx.idempotency.find(aCredential(wallet.id).id, 'k-1'))).toBeNull();
  });

  test('the clock is the database’s and never before a decision of the locked wallet', async () => {
    const { wallet, credential } = await aPayer();
    const request = aRequest(wallet.id, credential);
    const attempt = anAttempt(wallet.id, request.id);
    const ahead = Date.now() + 3_600_000;
    await run(async (tx) => {
      await tx.requests.insert(request);
      await tx.attempts.insert(attempt);
      await tx.budgets.reserve({ attemptId: attempt.id, walletId: wallet.id, ...held(attempt), atMs: ahead });
    });
    expect(await run((tx) => tx.nowMs())).toBeLessThan(ahead);
    const underLock = await run(async (tx) => {
      await tx.wallets.lock(wallet.id);
      return tx.nowMs();
    });
    expect(underLock).toBe(ahead);
  });
});

function held(attempt: ReturnType<typeof anAttempt>) {
  if (attempt.outflow === null) throw new Error('moves nothing');
  return attempt.outflow;
}
