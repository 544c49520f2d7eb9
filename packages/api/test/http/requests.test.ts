import type { Address, AssetId, Dependencies } from '@countersign/core';
import type { TransactionView } from '@countersign/sdk';
import { approvalSchema, dryRunSchema, transactionSchema } from '@countersign/sdk';
import { createTestKey, encodeFakeCall } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approveAs, type Harness, POLICY, pay, startHarness, type TestWallet } from './harness.ts';

const PROGRAM = createTestKey(Buffer.alloc(32, 9)).address;

describe('what an agent asks over HTTP', () => {
  let harness: Harness;
  let wallet: TestWallet;
  beforeAll(async () => {
    harness = await startHarness();
    wallet = await harness.makeWallet();
  });
  afterAll(() => harness.close());

  test('a repetition gets the first answer byte for byte, however far the payment has come, and with everything else away', async () => {
    const ask = pay(wallet, { memo: 'once' });
    const first = await harness.ask(ask);
    expect(first.json, first.text).toMatchObject({ state: 'submitted' });
    await harness.drive();
    harness.chain.setReachable(false);
    harness.keys.setReachable(false);
    const again = await harness.ask(ask);
    harness.chain.setReachable(true);
    harness.keys.setReachable(true);
    expect(again.status).toBe(first.status);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.headers['content-type']).toBe(first.headers['content-type']);
    expect(again.text).toBe(first.text);
  });

  test('a repetition of one whose process died before it answered gets the request as it stands', async () => {
    const own = await harness.makeWallet();
    const { database } = harness.deps as { database: Dependencies['database'] };
    const ask = pay(own);
    const forgetful = {
      ...database,
      transact: ((work, options) =>
        database.transact(
          (tx) => work({ ...tx, idempotency: { ...tx.idempotency, keepAnswer: async () => {} } }),
          options,
        )) as typeof database.transact,
    };
    Object.assign(harness.deps, { database: forgetful });
    const first = await harness.ask(ask);
    Object.assign(harness.deps, { database });
    await harness.drive();
    const { clock } = harness.deps;
    Object.assign(harness.deps, { clock: { nowMs: () => Date.now() + 60_000 } });
    const again = await harness.ask(ask);
    Object.assign(harness.deps, { clock });
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.json).toMatchObject({ id: (first.json as unknown as TransactionView).id, state: 'finalized' });
  });

  test('a message of the agent that is nothing but a payment is paid as one; any other needs the owner', async () => {
    const { merchant } = wallet;
    const transfer = { asset: 'SOL' as AssetId, amount: '100', recipient: merchant as Address, memo: null };
    const quiet = { program: PROGRAM, data: '01', spends: [], gets: [], slackPercent: 0, tables: [] };
    const message = (call: Parameters<typeof encodeFakeCall>[0]) => ({ message: Buffer.from(encodeFakeCall(call)).toString('base64') });
    const post = (body: object, headers: Record<string, string>) =>
      harness.ask({ method: 'POST', path: `/v1/wallets/${wallet.id}/transactions`, as: wallet.agentSecret, body, headers });
    const paid = await post(message({ ...quiet, transfer }), { 'idempotency-key': 'call-1' });
    expect(transactionSchema.parse(paid.json)).toMatchObject({ route: 'autonomous', asset: 'SOL', amount: '100', message: null });
    const other = await post(message({ ...quiet, transfer: null }), { 'idempotency-key': 'call-1' });
    expect(other.json).toMatchObject({ status: 409, code: 'idempotency_key_reused' });
    const unlisted = await post(message({ ...quiet, transfer: null }), { 'idempotency-key': 'call-2' });
    expect(unlisted.json, unlisted.text).toMatchObject({ code: 'payment_denied', asset: null, amount: null, recipient: null });
    expect(unlisted.json['message']).toBe(message({ ...quiet, transfer: null }).message);
    expect((unlisted.json['effects'] as string[]).join('\n')).toContain(PROGRAM);
  });

  test('a call of a program that the policy lists waits for the owner, who is shown what it does', async () => {
    const own = await harness.makeWallet({
      ...POLICY(createTestKey().address),
      programs: [{ program: PROGRAM, label: 'Exchange', instructions: [{ name: 'swap', discriminator: '01' }] }],
    });
    const message = Buffer.from(
      encodeFakeCall({ program: PROGRAM, data: '01', transfer: null, spends: [], gets: [], slackPercent: 0, tables: [] }),
    ).toString('base64');
    const ask = { method: 'POST' as const, path: `/v1/wallets/${own.id}/transactions`, as: own.agentSecret, body: { message } };
    const dry = await harness.ask({ ...ask, headers: { 'dry-run': 'true' } });
    expect(dryRunSchema.parse(dry.json)).toMatchObject({ verdict: 'needs_owner', route: 'countersigned' });
    const asked = await harness.ask({ ...ask, headers: { 'idempotency-key': 'call-3' } });
    const view = transactionSchema.parse(asked.json);
    expect(view).toMatchObject({ state: 'awaiting_owner', route: 'countersigned', message, asset: null });
    expect(view.effects).toEqual(dryRunSchema.parse(dry.json).effects);
    const shown = await harness.ask({ path: `/v1/approvals/${view.approval}`, as: own.ownerSecret });
    expect(approvalSchema.parse(shown.json)).toMatchObject({ effects: view.effects, releasesAt: null });
    const listed = await harness.ask({ path: '/v1/approvals?state=waiting', as: own.ownerSecret });
    expect(listed.json['items']).toEqual([shown.json]);
    expect((await approveAs(harness, view.approval ?? '', own.owner, own.ownerSecret)).status).toBe(200);
    await harness.drive();
    expect((await harness.ask({ path: `/v1/wallets/${own.id}/transactions/${view.id}` })).json).toMatchObject({ state: 'finalized' });
  });

  test('a delayed payment tells when it goes, and an operator may stop it', async () => {
    const merchant = createTestKey().address;
    const [sol] = (POLICY(merchant) as { assets: { perTransaction: object }[] }).assets;
    const own = await harness.makeWallet({
      ...POLICY(merchant),
      assets: [{ ...sol, perTransaction: { ...sol?.perTransaction, delayed: { upTo: '3000', delaySeconds: 60 } } }],
    });
    const asked = await harness.ask(pay({ ...own, merchant }, { amount: '2000' }));
    const view = transactionSchema.parse(asked.json);
    expect(view).toMatchObject({ state: 'awaiting_delay', route: 'delayed', approval: expect.stringMatching(/^apr_/) });
    expect(view.decision).toMatchObject({ verdict: 'needs_delay', delaySeconds: 60 });
    expect(view.decision.violations).toContainEqual(expect.objectContaining({ outcome: 'needs_delay' }));
    expect(Date.parse(view.releasesAt ?? '') - Date.parse(view.decision.decidedAt)).toBe(60_000);
    const path = `/v1/approvals/${view.approval}`;
    expect((await harness.ask({ path, as: own.ownerSecret })).json).toMatchObject({ state: 'waiting', releasesAt: view.releasesAt });
    await harness.drive();
    const rejected = await harness.ask({ method: 'POST', path: `${path}/reject`, body: { reason: 'not mine' } });
    expect(rejected.json, rejected.text).toMatchObject({ state: 'rejected' });
    await harness.drive();
    const read = await harness.ask({ path: `/v1/wallets/${own.id}/transactions/${view.id}` });
    expect(read.json).toMatchObject({ state: 'rejected', approval: null, releasesAt: null, signature: null });
  });

  test('INVARIANT I5: with chain, signer or database away every answer is a refusal or waits, and none is a way around', async () => {
    const own = await harness.makeWallet();
    const count = async () => ((await harness.ask({ path: `/v1/wallets/${own.id}/transactions` })).json['items'] as unknown[]).length;
    harness.chain.setReachable(false);
    for (const headers of [{}, { 'dry-run': 'true' }])
      expect((await harness.ask(pay(own, {}, headers))).json).toMatchObject({ status: 503, code: 'chain_unavailable' });
    harness.chain.setReachable(true);
    expect(await count()).toBe(0);
    const { database } = harness.deps;
    const lost = async () => ({ ok: false, error: { code: 'database_unavailable', problem: 'gone' } }) as const;
    for (const broken of [
      { ...database, transact: lost },
      { ...database, read: lost },
    ]) {
      Object.assign(harness.deps, { database: broken });
      const dark = await harness.ask(pay(own));
      Object.assign(harness.deps, { database });
      expect(dark.json, dark.text).toMatchObject({ status: 503, code: 'database_unavailable' });
    }
    expect(await count()).toBe(0);
  });
});
