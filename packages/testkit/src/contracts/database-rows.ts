import { randomBytes } from 'node:crypto';
import { auditPreimage, domainError, fail, type IDatabase, type ITransaction, sha256Hex, type WalletId } from '@countersign/core';
import { expect, test } from 'vitest';
import { anApproval, aPayer, aRequest, committed } from './database-records.ts';

/** Records: what may stand in them, how they move, and that the audit log has no gap. */
export function describeRecords(database: () => IDatabase): void {
  const run = <T>(work: (tx: ITransaction) => Promise<T>): Promise<T> => committed(database(), work);
  const refused = (constraint: string) => expect.objectContaining({ constraint });

  test('the first answer to a key stays; a key lives as long as its request', async () => {
    const { credential } = await aPayer(database());
    const [open, ended] = [aRequest(credential), aRequest(credential, { state: 'denied', route: null })];
    const keyOf = (request: typeof open) => `k ${request.id}`;
    await run(async (tx) => {
      for (const request of [open, ended]) {
        await tx.idempotency.claim({ credentialId: credential.id, key: keyOf(request), fingerprint: 'f', requestId: request.id, atMs: 1 });
        await tx.requests.insert(request);
      }
      await tx.idempotency.keepAnswer(credential.id, keyOf(open), { status: 202, body: '{"first":1}' });
      await tx.idempotency.keepAnswer(credential.id, keyOf(open), { status: 500, body: '{"second":2}' });
    });
    expect(await run((tx) => tx.idempotency.find(credential.id, keyOf(open)))).toEqual({
      ...{ fingerprint: 'f', requestId: open.id, answer: { status: 202, body: '{"first":1}' } },
    });
    await run((tx) => tx.idempotency.forget(2, 1_000));
    expect(await run((tx) => tx.idempotency.find(credential.id, keyOf(ended)))).toBeNull();
    expect(await run((tx) => tx.idempotency.find(credential.id, keyOf(open)))).not.toBeNull();
  });

  test('a request has one open approval, and what is moved is moved as the tables say', async () => {
    const { credential } = await aPayer(database());
    const request = aRequest(credential, { state: 'awaiting_owner', route: 'countersigned' });
    const approval = anApproval(request);
    await run(async (tx) => {
      await tx.requests.insert(request);
      await tx.approvals.insert(approval);
    });
    await expect(run((tx) => tx.approvals.insert(anApproval(request)))).rejects.toEqual(refused('approvals_one_open_per_request'));
    await expect(run((tx) => tx.approvals.move(approval.id, 'waiting', 'failed', {}))).rejects.toEqual(refused('approvals_move'));
    await expect(run((tx) => tx.requests.move(request.id, 'awaiting_owner', 'finalized', { atMs: 1 }))).rejects.toEqual(
      refused('transaction_requests_move'),
    );
  });

  test('a delayed payment is released once its moment has come, unless the owner consented or it is held back', async () => {
    const { credential } = await aPayer(database());
    const releasesAtMs = 1_700_000_000_000;
    const asked = [1, 2, 3].map(() => aRequest(credential, { state: 'awaiting_delay', route: 'delayed' }));
    const approvals = asked.map((request) => anApproval(request, { releasesAtMs }));
    await run(async (tx) => {
      for (const request of asked) await tx.requests.insert(request);
      for (const approval of approvals) await tx.approvals.insert(approval);
    });
    const [first, second, third] = approvals.map(({ id }) => id);
    if (!first || !second || !third) throw new Error('three were made');
    const releasable = async (nowMs: number) =>
      (await run((tx) => tx.approvals.releasable(nowMs, 1_000)))
        .map(({ id }) => id)
        .filter((id) => approvals.some((each) => each.id === id));
    expect(await releasable(releasesAtMs - 1)).toEqual([]);
    expect((await releasable(releasesAtMs)).sort()).toEqual([first, second, third].sort());
    await run(async (tx) => {
      expect(await tx.approvals.move(first, 'waiting', 'executing', {})).toBe(true);
      expect(await tx.approvals.holdBack(second, 'it changed')).toBe(true);
    });
    expect(await releasable(releasesAtMs)).toEqual([third]);
    expect(await run((tx) => tx.approvals.get(first))).toMatchObject({ state: 'executing', releasesAtMs: null });
    expect(await run((tx) => tx.approvals.get(second))).toMatchObject({ state: 'waiting', releasesAtMs: null, problem: 'it changed' });
    expect(await run((tx) => tx.approvals.holdBack(first, 'too late'))).toBe(false);
  });

  test('INVARIANT I6: a statement is used once', async () => {
    const { wallet } = await aPayer(database());
    const entry = {
      walletId: wallet.id,
      nonce: randomBytes(16).toString('hex'),
      text: 'x\n',
      signature: new Uint8Array(64),
      secondSignature: null,
      atMs: 1,
    };
    const both = await Promise.all([run((tx) => tx.statements.use(entry)), run((tx) => tx.statements.use(entry))]);
    expect(both.filter((used) => used)).toHaveLength(1);
  });

  test('INVARIANT I10: audit entries follow each other without a gap, whoever appends at once; what rolls back is not there', async () => {
    const { wallet } = await aPayer(database());
    const event = (subject: string) => ({
      chain: wallet.id as WalletId,
      action: 'a.b',
      actor: 'service',
      subject,
      details: { n: 1, b: true, a: null },
    });
    await Promise.all(Array.from({ length: 12 }, (_, index) => run((tx) => tx.audit.append([event(`s${index}`), event('t')], 5))));
    await database().transact(async (tx) => {
      await tx.audit.append([event('gone')], 6);
      return fail(domainError('forbidden', { role: 'x', action: 'y' }));
    });
    const entries = await run((tx) => tx.audit.read(wallet.id, 1n, 100));
    expect(entries.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 24 }, (_, index) => BigInt(index + 1)));
    for (const [index, entry] of entries.entries()) {
      expect(entry.hash).toBe(sha256Hex(auditPreimage(entry)));
      expect(entry.previousHash).toBe(entries[index - 1]?.hash ?? '0'.repeat(64));
    }
    expect(await run((tx) => tx.audit.head(wallet.id))).toEqual({ sequence: 24n, hash: entries.at(-1)?.hash });
  });
}
