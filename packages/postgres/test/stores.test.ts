import { randomBytes } from 'node:crypto';
import { formatOwnerStatement } from '@countersign/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aPayer as payerOf } from '../src/test-support/a-payment.ts';
import { inTransaction } from '../src/test-support/in-transaction.ts';
import { aCredential, aHolding, anAddress, anAttempt, aPolicy, aRequest, aWallet } from '../src/test-support/records.ts';
import { startTestDatabase, type TestDatabase } from '../src/test-support/test-database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await startTestDatabase();
});
afterAll(() => db.close());
const run: <T>(work: Parameters<typeof inTransaction<T>>[1]) => Promise<T> = (work) => inTransaction(db.database, work);

const aPayer = () => payerOf(db.database);

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

  test('the wallets of one owner are locked together, the one asked for first', async () => {
    const owner = anAddress();
    const wallets = [await payerOf(db.database, { owner }), await payerOf(db.database, { owner })].map(({ wallet }) => wallet);
    const stranger = await aPayer();
    for (const wallet of wallets) {
      const locked = await run((tx) => tx.wallets.lockWithSiblings(wallet.id));
      expect(locked[0]).toEqual(wallet);
      expect(new Set(locked.map(({ id }) => id))).toEqual(new Set(wallets.map(({ id }) => id)));
    }
    expect(await run((tx) => tx.wallets.lockWithSiblings(stranger.wallet.id))).toEqual([stranger.wallet]);
    expect(await run((tx) => tx.wallets.lockWithSiblings(aWallet().id))).toEqual([]);
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
    const entry = { walletId: wallet.id, nonce, text, signature: new Uint8Array(64).fill(7), secondSignature: null, atMs: 1 };
    expect(await run((tx) => tx.statements.use(entry))).toBe(true);
    expect(await run((tx) => tx.statements.use(entry))).toBe(false);
    expect(await run((tx) => tx.statements.ofRevision(wallet.id, 3))).toEqual({ text, signature: entry.signature, secondSignature: null });
    expect(await run((tx) => tx.statements.ofRevision(wallet.id, 4))).toBeNull();
  });

  test('receipts: the newest, oldest first', async () => {
    const { wallet } = await aPayer();
    await run(async (tx) => {
      for (const byte of [1, 2, 3]) await tx.receipts.append(wallet.id, wallet.agent, new Uint8Array([byte]), 1);
      await tx.receipts.append(wallet.id, anAddress(), new Uint8Array([9]), 1);
    });
    expect(await run((tx) => tx.receipts.list(wallet.id, wallet.agent, 2))).toEqual([new Uint8Array([2]), new Uint8Array([3])]);
  });

  test('the clock is the database’s and never before a decision of the locked wallet', async () => {
    const { wallet, credential } = await aPayer();
    const request = aRequest(wallet.id, credential);
    const attempt = anAttempt(wallet.id, request.id);
    const ahead = Date.now() + 3_600_000;
    await run(async (tx) => {
      await tx.requests.insert(request);
      await tx.attempts.insert(attempt);
      await tx.budgets.reserve({ attemptId: attempt.id, walletId: wallet.id, holding: aHolding(1_000n), atMs: ahead });
    });
    expect(await run((tx) => tx.nowMs())).toBeLessThan(ahead);
    const sibling = await payerOf(db.database, { owner: wallet.owner });
    const withSiblings = await run(async (tx) => {
      await tx.wallets.lockWithSiblings(sibling.wallet.id);
      return tx.nowMs();
    });
    expect(withSiblings).toBe(ahead);
    const underLock = await run(async (tx) => {
      await tx.wallets.lock(wallet.id);
      return tx.nowMs();
    });
    expect(underLock).toBe(ahead);
  });
});
