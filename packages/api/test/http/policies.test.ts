import type { ApprovalView, PolicyView, PreparedView, TransactionView } from '@countersign/sdk';
import { createTestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Asked, approveAs, type Harness, POLICY, pay, startHarness, type TestWallet } from './harness.ts';

describe('policies over HTTP', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.close());
  const post = ({ id }: TestWallet, ending: string, body: object, as = harness.operator): Promise<Asked> =>
    harness.ask({ method: 'POST', path: `/v1/wallets/${id}/${ending}`, as, body });
  const policyWith = (wallet: TestWallet, change: object): string => JSON.stringify({ ...POLICY(wallet.merchant), ...change });
  const activeOf = async ({ id }: TestWallet): Promise<PolicyView | undefined> =>
    ((await harness.ask({ path: `/v1/wallets/${id}/policies` })).json['items'] as PolicyView[]).find(({ state }) => state === 'active');
  const sol = (autonomous: string): object => ({
    assets: [
      {
        asset: 'SOL',
        perTransaction: { autonomous, ceiling: '10000' },
        windows: [{ seconds: 86_400, autonomous: '5000', ceiling: '50000' }],
      },
    ],
  });

  test('a comparison marks what loosens, and writes nothing', async () => {
    const wallet = await harness.makeWallet();
    const before = (await harness.ask({ path: `/v1/audit?chain=${wallet.id}` })).text;
    for (const as of [harness.operator, wallet.ownerSecret]) {
      const tighter = await post(wallet, 'policies/diff', { policy: policyWith(wallet, sol('500')) }, as);
      expect(tighter.json, tighter.text).toMatchObject({
        tightensOnly: true,
        changes: [{ effect: 'tightens', before: '1000', after: '500', sentence: expect.stringContaining('allows less') }],
      });
    }
    const looser = await post(wallet, 'policies/diff', { policy: policyWith(wallet, sol('2000')) });
    expect(looser.json).toMatchObject({ tightensOnly: false, changes: [{ effect: 'loosens' }] });
    expect((await post(wallet, 'policies/diff', { policy: '{}' })).json).toMatchObject({ code: 'policy_invalid' });
    expect((await post(wallet, 'policies/diff', { policy: '{}' }, wallet.agentSecret)).status).toBe(403);
    expect((await harness.ask({ path: `/v1/audit?chain=${wallet.id}` })).text).toBe(before);
  });

  test('INVARIANT I7: tightening takes effect at once and without the owner; loosening never', async () => {
    const wallet = await harness.makeWallet();
    expect((await harness.ask(pay(wallet, { amount: '900' }))).json).toMatchObject({ route: 'autonomous' });
    const tightened = await post(wallet, 'policies/tighten', { policy: policyWith(wallet, sol('500')) });
    expect(tightened.json, tightened.text).toMatchObject({
      revision: 1,
      state: 'active',
      tightening: { number: 1, text: policyWith(wallet, sol('500')) },
    });
    expect((await harness.ask(pay(wallet, { amount: '900' }))).json).toMatchObject({ state: 'awaiting_owner' });
    expect((await activeOf(wallet))?.tightening).toMatchObject({ number: 1 });
    for (const back of [sol('1000'), sol('501')]) {
      const refused = await post(wallet, 'policies/tighten', { policy: policyWith(wallet, back) });
      expect(refused.json, refused.text).toMatchObject({ status: 422, code: 'policy_loosens', changes: [expect.any(String)] });
    }
    for (const as of [wallet.agentSecret, wallet.ownerSecret])
      expect((await post(wallet, 'policies/tighten', { policy: policyWith(wallet, sol('1')) }, as)).status).toBe(403);
  });

  test('a proposal tells what it changes, and may change the recovery key; the owner sees both when preparing', async () => {
    const [first, second] = [createTestKey().address, createTestKey().address];
    const wallet = await harness.makeWallet(undefined, createTestKey(), { recovery: first });
    const read = async (): Promise<unknown> => (await harness.ask({ path: `/v1/wallets/${wallet.id}` })).json['recovery'];
    expect(await read()).toBe(first);
    const proposed = await post(wallet, 'policies', { policy: policyWith(wallet, sol('2000')), recovery: second });
    expect(proposed.json, proposed.text).toMatchObject({ changes: [{ effect: 'loosens' }] });
    const { approval } = proposed.json as unknown as { approval: ApprovalView };
    expect(approval.change).toMatchObject({ recovery: second, agent: null, owner: null });
    const prepared = await harness.ask({ method: 'POST', path: `/v1/approvals/${approval.id}/prepare`, as: wallet.ownerSecret });
    expect(prepared.json, prepared.text).toMatchObject({
      recovery: first,
      policy: { revision: 2, text: policyWith(wallet, sol('2000')) },
      inForce: { revision: 1, tightening: null },
      changes: [{ effect: 'loosens', before: '1000', after: '2000' }],
      kits: [],
      intent: null,
    });
    expect((await approveAs(harness, approval.id, wallet.owner)).status).toBe(200);
    await harness.drive();
    expect(await read()).toBe(second);
    expect((await activeOf(wallet))?.revision).toBe(2);
  });
});

describe('what the owner is shown of a payment', () => {
  let harness: Harness;
  let wallet: TestWallet;
  beforeAll(async () => {
    harness = await startHarness();
    const merchant = createTestKey().address;
    const [asset] = (POLICY(merchant) as { assets: { perTransaction: object }[] }).assets;
    const assets = [{ ...asset, perTransaction: { ...asset?.perTransaction, delayed: { upTo: '3000', delaySeconds: 600 } } }];
    wallet = { ...(await harness.makeWallet({ ...POLICY(merchant), assets })), merchant };
  });
  afterAll(() => harness.close());
  const prepare = async (approval: string | null): Promise<PreparedView> => {
    const prepared = await harness.ask({ method: 'POST', path: `/v1/approvals/${approval}/prepare`, as: wallet.ownerSecret });
    expect(prepared.status, prepared.text).toBe(200);
    return prepared.json as unknown as PreparedView;
  };

  test('the rules that sent it, who is paid for the first time, what the vault holds, the document in force', async () => {
    const stranger = createTestKey().address;
    const asked = (await harness.ask(pay(wallet, { amount: '6000', recipient: stranger }))).json as unknown as TransactionView;
    const prepared = await prepare(asked.approval);
    expect(prepared.firstTimeRecipients).toEqual([stranger]);
    expect(prepared.balances).toEqual([{ asset: 'SOL', amount: '1000000', decimals: 9 }]);
    expect(prepared.inForce).toMatchObject({ revision: 1, tightening: null });
    expect(prepared.approval.because.map(({ rule }) => rule)).toContain('amount-per-transaction');
    expect(prepared.approval.because.every(({ outcome }) => outcome !== 'denied')).toBe(true);
    expect(prepared).toMatchObject({ statement: null, intent: null, policy: null, changes: [] });
    expect((await approveAs(harness, asked.approval ?? '', wallet.owner, wallet.ownerSecret)).status).toBe(200);
    await harness.drive();
    const again = (await harness.ask(pay(wallet, { amount: '6000', recipient: stranger }))).json as unknown as TransactionView;
    expect((await prepare(again.approval)).firstTimeRecipients).toEqual([]);
  });

  test('a delayed payment is approved early by a statement over its intent, and goes at once', async () => {
    const asked = (await harness.ask(pay(wallet, { amount: '2000' }))).json as unknown as TransactionView;
    expect(asked.state).toBe('awaiting_delay');
    const prepared = await prepare(asked.approval);
    expect(prepared.statement).toContain('action: approve-request');
    expect(prepared.messages).toEqual([]);
    expect(prepared.intent).toEqual(expect.any(String));
    expect((await approveAs(harness, asked.approval ?? '', wallet.owner, wallet.ownerSecret)).json).toMatchObject({ state: 'done' });
    await harness.drive();
    expect((await harness.ask({ path: `/v1/wallets/${wallet.id}/transactions/${asked.id}` })).json).toMatchObject({
      state: 'finalized',
      route: 'delayed',
    });
  });
});
