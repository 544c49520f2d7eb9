import {
  approve,
  createWallet,
  diffPolicy,
  freezeWallet,
  ok,
  prepareApproval,
  proposePolicy,
  type Tightening,
  tightenPolicy,
} from '@countersign/core';
import { verifyAuditChain } from '@countersign/postgres';
import { createTestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asset, type Policies, policiesOf } from './tightening-world.ts';
import { AUTONOMOUS, approveAs, CEILING, drive, makeWallet, must, pay, startWorld, type TestWallet, type World } from './world.ts';

let world: World;
let policies: Policies;
beforeAll(async () => {
  world = await startWorld();
  policies = policiesOf(world);
});
afterAll(async () => {
  await world.close();
});

const stateOf = async (of: TestWallet, amount: bigint, key: string): Promise<string> => (await pay(world, of, amount, key)).state;
const tightenings = async ({ wallet }: TestWallet): Promise<readonly Tightening[]> =>
  must(await world.deps.database.read(async (reader) => ok(await reader.policies.tightenings(wallet.id, 1))));

describe('tightening by the operator alone (INVARIANT I7)', () => {
  test('takes effect at once, in the server alone, and is on record', async () => {
    const of = await makeWallet(world);
    expect(await stateOf(of, AUTONOMOUS, 'before')).toBe('submitted');
    const before = await policies.active(of);
    world.chain.setReachable(false);
    world.keys.setReachable(false);
    const tightened = await policies.tighten(of, { assets: [asset({ autonomous: 50n })] });
    world.chain.setReachable(true);
    world.keys.setReachable(true);
    expect(must(tightened)).toMatchObject({ revision: 1, tightening: { number: 1, actor: 'operator' } });
    expect([await stateOf(of, 51n, 'over'), await stateOf(of, 50n, 'within')]).toEqual(['awaiting_owner', 'submitted']);
    const after = await policies.active(of);
    // What the owner signed is as it was.
    expect({ ...after, tightening: null }).toEqual(before);
    const { rows } = await world.sql.query<{ details: { changes: string[] } }>(
      "SELECT details FROM audit_entries WHERE chain = $1 AND action = 'policy.tightened'",
      [of.wallet.id],
    );
    expect(rows.map(({ details }) => details.changes)).toEqual([
      ['assets.SOL.perTransaction.autonomous becomes 50 instead of 100: this allows less.'],
    ]);
    expect(world.alerts.filter(({ kind, walletId }) => kind === 'policy.tightened' && walletId === of.wallet.id)).toHaveLength(1);
    expect(must(await world.deps.database.transact(async (tx) => ok(await verifyAuditChain(tx.audit, of.wallet.id))))).toMatchObject({
      ok: true,
    });
  });

  test('whatever loosens refuses it, by name, and nothing changes', async () => {
    const of = await makeWallet(world);
    const stranger = createTestKey().address;
    const refused = await policies.tighten(of, {
      assets: [asset({ autonomous: 50n, ceiling: CEILING + 1n })],
      recipients: [
        { address: of.merchant, label: 'Merchant' },
        { address: stranger, label: 'Friend' },
      ],
    });
    expect(refused).toMatchObject({ ok: false, error: { code: 'policy_loosens' } });
    const changes = !refused.ok && refused.error.code === 'policy_loosens' ? refused.error.changes : [];
    expect(changes.map((each) => each.split(' ')[0])).toEqual(['assets.SOL.perTransaction.ceiling', `recipients.${stranger}`]);
    expect((await policies.active(of)).tightening).toBeNull();
    expect(await stateOf(of, AUTONOMOUS, 'as before')).toBe('submitted');
  });

  test('each is compared with the document in force: what was taken is not given back', async () => {
    const of = await makeWallet(world);
    must(await policies.tighten(of, { assets: [asset({ autonomous: 50n })] }));
    must(await policies.tighten(of, { assets: [asset({ autonomous: 50n, window: 60n })] }));
    expect(await policies.tighten(of, { assets: [asset({ autonomous: 60n, window: 60n })] })).toMatchObject({
      ok: false,
      error: { code: 'policy_loosens' },
    });
    expect(await policies.tightenTo(of, (await policies.active(of)).text)).toMatchObject({ ok: false, error: { code: 'policy_loosens' } });
    expect((await tightenings(of)).map(({ number }) => number)).toEqual([2, 1]);
    expect([await stateOf(of, 50n, 'one'), await stateOf(of, 11n, 'two')]).toEqual(['submitted', 'awaiting_owner']);
  });

  test('the same again changes nothing, and what only renames is none', async () => {
    const of = await makeWallet(world);
    const text = await policies.changed(of, { assets: [asset({ autonomous: 50n })] });
    must(await policies.tightenTo(of, text));
    must(await policies.tightenTo(of, text));
    expect(await tightenings(of)).toHaveLength(1);
    const relabelled = await policies.tighten(of, { recipients: [{ address: of.merchant, label: 'Owner of this wallet' }] });
    expect(relabelled).toMatchObject({ ok: false, error: { code: 'invalid_field' } });
    expect(await policies.tightenTo(of, '{}')).toMatchObject({ ok: false, error: { code: 'policy_invalid' } });
  });

  test('a frozen wallet can be tightened, and one without a policy cannot', async () => {
    const of = await makeWallet(world);
    must(await freezeWallet(world.deps, { walletId: of.wallet.id, reason: 'stop', actor: 'test' }));
    must(await policies.tighten(of, { otherRecipients: 'denied', cooldownSeconds: 60 }));
    const owner = createTestKey().address;
    const { text: policyText } = await policies.active(of);
    const { wallet } = must(await createWallet(world.deps, { name: 'new', owner, recovery: null, policyText, actor: 'test' }));
    const early = await tightenPolicy(world.deps, { walletId: wallet.id, policyText, actor: 'operator' });
    expect(early).toMatchObject({ ok: false, error: { code: 'wallet_not_active' } });
  });

  test('ten different ones at once end in one order, each tighter than the one before', async () => {
    const of = await makeWallet(world);
    const texts = await Promise.all(
      Array.from({ length: 10 }, (_, index) => policies.changed(of, { assets: [asset({ autonomous: BigInt(90 - index * 5) })] })),
    );
    const results = await Promise.all(texts.map((text) => policies.tightenTo(of, text)));
    const taken = [...(await tightenings(of))].reverse();
    expect(taken.map(({ number }) => number)).toEqual(taken.map((_, index) => index + 1));
    expect(taken.length).toBe(results.filter((each) => each.ok).length);
    const amounts = taken.map(({ text }) => Number(/"autonomous":"(\d+)"/.exec(text)?.[1]));
    expect(amounts).toEqual([...amounts].sort((one, other) => other - one));
    expect(amounts.at(-1)).toBe(45);
  });
});

describe('what the owner signs anew', () => {
  test('a revision that was proposed before stands, and ends the tightening; consent from before the tightening is void', async () => {
    const of = await makeWallet(world);
    const wider = await policies.changed(of, { assets: [asset({ autonomous: 200n })] });
    const proposed = must(await proposePolicy(world.deps, { walletId: of.wallet.id, policyText: wider, actor: 'operator' }));
    const { approval } = proposed;
    const prepared = must(await prepareApproval(world.deps, { approvalId: approval.id, actor: 'test' }));
    must(await policies.tighten(of, { assets: [asset({ autonomous: 1n })] }));
    const early = await approve(world.deps, {
      approvalId: approval.id,
      statementSignature: of.owner.sign(new TextEncoder().encode(prepared.statement ?? '')),
      newOwnerSignature: null,
      messageSignatures: prepared.attempts.map(({ message }) => of.owner.sign(message)),
    });
    expect(early).toMatchObject({ ok: false, error: { code: 'approval_not_prepared' } });
    expect(await stateOf(of, 2n, 'meanwhile')).toBe('awaiting_owner');
    must(await approveAs(world.deps, approval.id, of.owner));
    await drive(world.deps);
    expect(await policies.active(of)).toMatchObject({ revision: 2, tightening: null });
    expect(await stateOf(of, 200n, 'by the owner')).toBe('submitted');
  });
});

describe('what a proposal would change', () => {
  test('is told against the document in force, with the limits on chain', async () => {
    const of = await makeWallet(world);
    must(await policies.tighten(of, { assets: [asset({ autonomous: 50n, window: 400n })] }));
    const policyText = await policies.changed(of, { assets: [asset({ autonomous: 60n, window: 300n })] });
    const diff = must(await diffPolicy(world.deps, { walletId: of.wallet.id, policyText }));
    expect(diff.changes.map(({ path, before, after, effect }) => [path, before, after, effect])).toEqual([
      ['assets.SOL.perTransaction.autonomous', '50', '60', 'loosens'],
      ['assets.SOL.windows.86400.autonomous', '400', '300', 'tightens'],
    ]);
    expect(diff.tightensOnly).toBe(false);
    // A tightening left the limit as the owner signed it.
    expect(diff.limits).toMatchObject([{ asset: 'SOL', before: { amount: 500n }, after: { amount: 300n } }]);
    const same = must(await diffPolicy(world.deps, { walletId: of.wallet.id, policyText: (await policies.active(of)).text }));
    expect([same.limits, same.tightensOnly]).toEqual([[], false]);
  });
});
