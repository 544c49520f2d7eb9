import type { ApprovalView, KitsView, PreparedView } from '@countersign/sdk';
import { createTestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approveAs, type Harness, startHarness, type TestWallet } from './harness.ts';

describe('what the owner signs ahead of need, over HTTP', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.close());
  const kitsOf = async ({ id }: TestWallet): Promise<KitsView> =>
    (await harness.ask({ path: `/v1/wallets/${id}/kits` })).json as unknown as KitsView;
  const propose = async ({ id }: TestWallet, purpose: string): Promise<ApprovalView> => {
    const asked = await harness.ask({ method: 'POST', path: `/v1/wallets/${id}/kits`, body: { purpose } });
    expect(asked.status, asked.text).toBe(200);
    return asked.json as unknown as ApprovalView;
  };

  test('a lockdown is armed over a durable nonce, its absence is a warning, and nothing that was signed is shown', async () => {
    const wallet = await harness.makeWallet();
    expect(await kitsOf(wallet)).toMatchObject({ items: [], warnings: [expect.stringContaining('no lockdown is armed')] });
    const approval = await propose(wallet, 'lockdown');
    expect(approval).toMatchObject({ kind: 'arm_lockdown', state: 'waiting' });
    const prepared = await harness.ask({ method: 'POST', path: `/v1/approvals/${approval.id}/prepare`, as: wallet.ownerSecret });
    const { kits, messages, statement } = prepared.json as unknown as PreparedView;
    expect(statement).toBeNull();
    expect(kits.length, prepared.text).toBeGreaterThan(0);
    expect(messages).toHaveLength(kits.length);
    expect(kits[0]).toMatchObject({ purpose: 'lockdown', durableNonce: { account: expect.any(String), value: expect.any(String) } });
    const armed = await approveAs(harness, approval.id, wallet.owner, wallet.ownerSecret);
    expect(armed.json, armed.text).toMatchObject({ state: 'done' });
    const listed = await harness.ask({ path: `/v1/wallets/${wallet.id}/kits`, as: wallet.ownerSecret });
    const { items, warnings } = listed.json as unknown as KitsView;
    expect(warnings).toEqual([]);
    // What was prepared before the owner signed is there too, void.
    expect(items.filter(({ state }) => state === 'armed')).toHaveLength(kits.length);
    expect(items.every(({ state }) => state === 'armed' || state === 'void')).toBe(true);
    for (const name of ['sealedSignature', 'wire', 'message']) expect(listed.text).not.toContain(name);
    const locked = await harness.ask({ method: 'POST', path: `/v1/wallets/${wallet.id}/lockdown`, body: { reason: 'stolen' } });
    expect(locked.json, locked.text).toMatchObject({ frozen: { wallet: { state: 'frozen' } } });
    expect((locked.json['armed'] as object[]).length).toBeGreaterThan(0);
  });

  test('a stranger’s signature arms nothing', async () => {
    const wallet = await harness.makeWallet();
    const approval = await propose(wallet, 'lockdown');
    expect((await approveAs(harness, approval.id, createTestKey())).json).toMatchObject({ code: 'owner_signature_invalid' });
    expect((await kitsOf(wallet)).warnings).toHaveLength(1);
  });

  test('a recovery kit needs a recovery key, and is handed out and not kept', async () => {
    const without = await harness.makeWallet();
    const refused = await harness.ask({ method: 'POST', path: `/v1/wallets/${without.id}/kits`, body: { purpose: 'recovery' } });
    expect(refused.json).toMatchObject({ status: 409, code: 'recovery_key_missing' });
    const wallet = await harness.makeWallet(undefined, createTestKey(), { recovery: createTestKey().address });
    const approval = await propose(wallet, 'recovery');
    expect(approval.kind).toBe('make_recovery_kit');
    expect((await approveAs(harness, approval.id, wallet.owner)).json).toMatchObject({ state: 'done' });
    const { items } = await kitsOf(wallet);
    expect(items.filter(({ purpose }) => purpose === 'recovery')).toMatchObject([{ state: 'handed_out', limits: [], signature: null }]);
  });
});
