import type { CreatedWallet, PreparedView, TransactionView } from '@countersign/sdk';
import { dryRunSchema, transactionSchema } from '@countersign/sdk';
import { createTestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approveAs, type Harness, pay, startHarness, type TestWallet } from './harness.ts';

describe('payments over HTTP', () => {
  let harness: Harness;
  let wallet: TestWallet;
  beforeAll(async () => {
    harness = await startHarness();
    wallet = await harness.makeWallet();
  });
  afterAll(() => harness.close());

  test('a small payment goes at once and settles', async () => {
    const paid = await harness.ask(pay(wallet, { memo: 'invoice 7' }));
    expect(paid.status, paid.text).toBe(202);
    const view = transactionSchema.parse(paid.json);
    expect(view).toMatchObject({
      state: 'submitted',
      route: 'autonomous',
      amount: '100',
      memo: 'invoice 7',
      wallet: wallet.id,
      approval: null,
      releasesAt: null,
      message: null,
    });
    expect(view.effects.join('\n')).toContain(wallet.merchant);
    await harness.drive();
    const read = await harness.ask({ path: `/v1/wallets/${wallet.id}/transactions/${view.id}`, as: wallet.agentSecret });
    expect(transactionSchema.parse(read.json).state).toBe('finalized');
    expect(await harness.metrics.render()).toMatch(/countersign_payment_states_total\{state="finalized"\} [1-9]/);
  });

  test('a dry run gives the decision and leaves nothing', async () => {
    const before = await harness.ask({ path: `/v1/wallets/${wallet.id}/transactions` });
    const dry = await harness.ask(pay(wallet, {}, { 'dry-run': 'true' }));
    expect(dry.status, dry.text).toBe(200);
    const decided = dryRunSchema.parse(dry.json);
    expect(decided).toMatchObject({ dryRun: true, verdict: 'allowed', route: 'autonomous', delaySeconds: null });
    expect(decided.effects.join('\n')).toContain(wallet.merchant);
    expect(decided.budgets).toContainEqual(
      expect.objectContaining({ of: 'SOL', windowSeconds: 86_400, limitKind: 'autonomous', asked: '100' }),
    );
    expect((await harness.ask({ path: `/v1/wallets/${wallet.id}/transactions` })).text).toBe(before.text);
    for (const other of ['false', 'TRUE', '1', ''])
      expect((await harness.ask(pay(wallet, {}, { 'dry-run': other }))).json).toMatchObject({ code: 'invalid_field', field: 'Dry-Run' });
  });

  test('a denied payment is a problem with every violation, and stays it', async () => {
    const ask = pay(wallet, { amount: '20000' });
    const denied = await harness.ask(ask);
    expect(denied.status).toBe(403);
    expect(denied.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(denied.json).toMatchObject({ code: 'payment_denied', state: 'denied', policyRevision: 1, wallet: wallet.id });
    expect(denied.json['violations']).toContainEqual(expect.objectContaining({ rule: 'amount-per-transaction', outcome: 'denied' }));
    expect(denied.json['budgets']).toHaveLength(2);
    expect(denied.headers['idempotency-replayed']).toBeUndefined();
    const again = await harness.ask(ask);
    expect(again.status).toBe(403);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.headers['content-type']).toBe(denied.headers['content-type']);
    expect(again.text).toBe(denied.text);
  });

  test('a large payment waits for the owner, who countersigns', async () => {
    const asked = await harness.ask(pay(wallet, { amount: '6000', recipient: createTestKey().address }));
    expect(asked.status, asked.text).toBe(202);
    const view = transactionSchema.parse(asked.json);
    expect(view).toMatchObject({ state: 'awaiting_owner', route: 'countersigned', approval: expect.stringMatching(/^apr_/) });
    const approved = await approveAs(harness, view.approval ?? '', wallet.owner, wallet.ownerSecret);
    expect(approved.status, approved.text).toBe(200);
    await harness.drive();
    const read = await harness.ask({ path: `/v1/wallets/${wallet.id}/transactions/${view.id}` });
    expect(read.json).toMatchObject({ state: 'finalized', approval: null });
  });

  test("INVARIANT I6: another key's signature, or the owner's over other bytes, is no consent", async () => {
    const asked = transactionSchema.parse((await harness.ask(pay(wallet, { amount: '7000' }))).json);
    const stranger = await approveAs(harness, asked.approval ?? '', createTestKey());
    expect(stranger.json).toMatchObject({ status: 422, code: 'owner_signature_invalid' });
    const path = `/v1/approvals/${asked.approval}`;
    const first = (await harness.ask({ method: 'POST', path: `${path}/prepare` })).json as unknown as PreparedView;
    await harness.ask({ method: 'POST', path: `${path}/prepare` });
    const { encodeBase58 } = await import('@countersign/core');
    const stale = await harness.ask({
      method: 'POST',
      path: `${path}/approve`,
      body: {
        statementSignature: null,
        messageSignatures: first.messages.map((message) => encodeBase58(wallet.owner.sign(Buffer.from(message, 'base64')))),
      },
    });
    expect(stale.json.code).toBe('owner_signature_invalid');
    expect((await harness.ask({ method: 'POST', path: `${path}/reject`, body: { reason: 'not mine' } })).json).toMatchObject({
      state: 'rejected',
    });
    expect((await harness.ask({ method: 'POST', path: `${path}/prepare` })).json).toMatchObject({
      status: 409,
      code: 'approval_not_waiting',
    });
  });

  test('cancelling takes a waiting payment back, once', async () => {
    const asked = transactionSchema.parse((await harness.ask(pay(wallet, { amount: '7000' }))).json);
    const path = `/v1/wallets/${wallet.id}/transactions/${asked.id}/cancel`;
    const cancelled = await harness.ask({ method: 'POST', path, as: wallet.agentSecret });
    expect(cancelled.json).toMatchObject({ state: 'cancelled' });
    expect((await harness.ask({ method: 'POST', path, as: wallet.agentSecret })).status).toBe(409);
  });

  test('the same key with the same payment pays once, with another one is refused', async () => {
    const ask = pay(wallet);
    const all = await Promise.all(Array.from({ length: 8 }, () => harness.ask(ask)));
    expect(new Set(all.map(({ json }) => (json as unknown as TransactionView).id)).size).toBe(1);
    expect(all.filter(({ headers }) => headers['idempotency-replayed'] === 'true')).toHaveLength(7);
    // Those that came while the first was being worked on waited for its answer.
    expect(new Set(all.map(({ text }) => text)).size).toBe(1);
    for (const change of [{ amount: '101' }, { memo: 'x' }, { recipient: createTestKey().address }]) {
      const reused = await harness.ask({ ...ask, body: { ...(ask.body as object), ...change } });
      expect(reused.json, JSON.stringify(change)).toMatchObject({ status: 409, code: 'idempotency_key_reused' });
    }
    expect((await harness.ask({ ...ask, headers: {} })).json).toMatchObject({ status: 400, code: 'idempotency_key_missing' });
    for (const key of ['', ' ', 'a b', 'ü', 'x'.repeat(129), 'tab\there'])
      expect((await harness.ask({ ...ask, headers: { 'idempotency-key': key } })).json, key).toMatchObject({
        code: 'invalid_field',
        field: 'Idempotency-Key',
      });
    expect((await harness.ask({ ...ask, headers: { 'idempotency-key': 'x'.repeat(128) } })).status).toBe(202);
  });

  test('the chain away, the signer away: a clear answer, and nothing lost', async () => {
    harness.chain.setReachable(false);
    const dark = await harness.ask(pay(wallet));
    expect(dark.json).toMatchObject({ status: 503, code: 'chain_unavailable' });
    expect(dark.headers['retry-after']).toBe('1');
    expect((await harness.ask({ path: `/v1/wallets/${wallet.id}` })).json).toMatchObject({ state: 'active', balances: null });
    harness.chain.setReachable(true);
    harness.keys.setReachable(false);
    const unsigned = await harness.ask(pay(wallet));
    expect(unsigned.json).toMatchObject({ state: 'approved' });
    harness.keys.setReachable(true);
    await harness.drive();
    const id = (unsigned.json as unknown as TransactionView).id;
    expect((await harness.ask({ path: `/v1/wallets/${wallet.id}/transactions/${id}` })).json).toMatchObject({ state: 'finalized' });
  });

  test('freezing stops, and only the owner starts again', async () => {
    const own = await harness.makeWallet();
    const frozen = await harness.ask({
      method: 'POST',
      path: `/v1/wallets/${own.id}/freeze`,
      as: own.agentSecret,
      body: { reason: 'odd' },
    });
    expect(frozen.json, frozen.text).toMatchObject({
      wallet: { state: 'frozen', frozenReason: 'odd' },
      mayStillLand: [],
      signerProblem: null,
    });
    expect((await harness.ask(pay(own))).json).toMatchObject({
      code: 'payment_denied',
      violations: [expect.objectContaining({ rule: 'wallet-active' })],
    });
    const asked = await harness.ask({ method: 'POST', path: `/v1/wallets/${own.id}/unfreeze` });
    expect(asked.json).toMatchObject({ kind: 'unfreeze', state: 'waiting' });
    const approval = (asked.json as unknown as { id: string }).id;
    expect((await approveAs(harness, approval, createTestKey())).json.code).toBe('owner_signature_invalid');
    expect((await approveAs(harness, approval, own.owner)).json).toMatchObject({ state: 'done' });
    expect((await harness.ask(pay(own))).status).toBe(202);
  });

  test('a new policy revision is in force when the owner has signed', async () => {
    const own = await harness.makeWallet();
    const policy = JSON.stringify({ ...JSON.parse((await policies(own))[0]?.text ?? ''), otherRecipients: 'denied' });
    const proposed = await harness.ask({ method: 'POST', path: `/v1/wallets/${own.id}/policies`, body: { policy } });
    expect(proposed.status, proposed.text).toBe(201);
    const { approval } = proposed.json as unknown as CreatedWallet;
    expect((await approveAs(harness, approval.id, own.owner)).status).toBe(200);
    await harness.drive();
    expect((await policies(own)).map(({ revision, state }) => [revision, state])).toEqual([
      [2, 'active'],
      [1, 'superseded'],
    ]);
  });

  async function policies(own: TestWallet): Promise<readonly { revision: number; state: string; text: string }[]> {
    const listed = await harness.ask({ path: `/v1/wallets/${own.id}/policies` });
    return listed.json['items'] as { revision: number; state: string; text: string }[];
  }
});
