import {
  changesSinceFreeze,
  freezeWallet,
  lockDownWallet,
  proposePolicy,
  proposeTransaction,
  requestUnfreeze,
  runLockdown,
} from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { arm, signerState, stateOf, statesOf, unfreezeAs } from './stopping-world.ts';
import {
  AUTONOMOUS,
  approveAs,
  drive,
  makeWallet,
  must,
  pay,
  payment,
  readWallet,
  startWorld,
  type TestWallet,
  type World,
} from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});

const freeze = (of: TestWallet) => freezeWallet(world.deps, { walletId: of.wallet.id, reason: 'somebody is at it', actor: 'operator' });
const changes = async (of: TestWallet) => must(await changesSinceFreeze(world.deps, of.wallet.id));
const policyText = (of: TestWallet, autonomous: string): string =>
  JSON.stringify({
    version: 1,
    assets: [
      { asset: 'SOL', perTransaction: { autonomous, ceiling: '1000' }, windows: [{ seconds: 86_400, autonomous: '500', ceiling: '5000' }] },
    ],
    recipients: [{ address: of.merchant, label: 'Merchant' }],
    otherRecipients: 'denied',
    fees: { perTransactionLamports: '100000', rentPerTransactionLamports: '0' },
    signaturesPerMinute: 60,
  });

describe('INVARIANT I7: only the owner unfreezes', () => {
  test('by a statement that is good once, and the agent pays again', async () => {
    const of = await makeWallet(world);
    must(await freeze(of));
    expect(must(await proposeTransaction(world.deps, payment(of, AUTONOMOUS, 'a'))).request.state).toBe('denied');
    must(await unfreezeAs(world, of));
    expect([await stateOf(world, of), await signerState(world, of)]).toEqual(['active', 'active']);
    expect(must(await proposeTransaction(world.deps, payment(of, AUTONOMOUS, 'b'))).request.state).toBe('submitted');
  });

  test("not by another's statement", async () => {
    const of = await makeWallet(world);
    must(await freeze(of));
    const approval = must(await requestUnfreeze(world.deps, { walletId: of.wallet.id, actor: 'test' }));
    expect(await approveAs(world.deps, approval.id, createTestKey())).toMatchObject({
      ok: false,
      error: { code: 'owner_signature_invalid' },
    });
    expect([await stateOf(world, of), await signerState(world, of)]).toEqual(['frozen', 'suspended']);
  });

  test('not while the chain cannot be asked, and the signer stays suspended', async () => {
    const of = await makeWallet(world);
    must(await freeze(of));
    const approval = must(await requestUnfreeze(world.deps, { walletId: of.wallet.id, actor: 'test' }));
    world.chain.setReachable(false);
    const refused = await approveAs(world.deps, approval.id, of.owner);
    world.chain.setReachable(true);
    expect(refused).toMatchObject({ ok: false, error: { code: 'chain_unavailable' } });
    expect([await stateOf(world, of), await signerState(world, of)]).toEqual(['frozen', 'suspended']);
    must(await approveAs(world.deps, approval.id, of.owner));
    expect(await stateOf(world, of)).toBe('active');
  });

  test.each([
    ['a member too many', (of: TestWallet) => addMember(of)],
    ['an open proposal of the agent (ATTACKS 160)', (of: TestWallet) => world.chain.leaveProposal(of.wallet.multisig, 'active')],
    [
      'another threshold (ATTACKS 161)',
      (of: TestWallet) => world.chain.alterWallet(of.wallet.multisig, (found) => ({ ...found, threshold: 1 })),
    ],
  ])('INVARIANT I11: not while the chain differs: %s', async (_, drift) => {
    const of = await makeWallet(world);
    must(await freeze(of));
    drift(of);
    expect((await changes(of)).differencesOnChain).not.toEqual([]);
    expect(await unfreezeAs(world, of)).toMatchObject({ ok: false, error: { code: 'chain_differs' } });
    expect([await stateOf(world, of), await signerState(world, of)]).toEqual(['frozen', 'suspended']);
  });
  const addMember = (of: TestWallet): void =>
    world.chain.alterWallet(of.wallet.multisig, (found) => ({
      ...found,
      members: [...found.members, { key: createTestKey().address, permissions: 7 }],
    }));

  test('after a lockdown the owner installs limits again, which leaves it frozen, and then unfreezes', async () => {
    const of = await makeWallet(world);
    await arm(world, of);
    must(await lockDownWallet(world.deps, { walletId: of.wallet.id, reason: 'test', actor: 'test' }));
    await runLockdown(world.deps, of.wallet.id);
    expect((await changes(of)).lockedDown).toBe(true);
    expect(await unfreezeAs(world, of)).toMatchObject({ ok: false, error: { code: 'chain_differs' } });
    const { approval } = must(
      await proposePolicy(world.deps, { walletId: of.wallet.id, policyText: policyText(of, AUTONOMOUS.toString()), actor: 'test' }),
    );
    must(await approveAs(world.deps, approval.id, of.owner));
    await drive(world.deps);
    expect(await readWallet(world.deps, of.wallet.id)).toMatchObject({ state: 'frozen', policyRevision: 2 });
    expect(await signerState(world, of)).toBe('suspended');
    expect((await changes(of)).differencesOnChain).toEqual([]);
    must(await unfreezeAs(world, of));
    expect(must(await proposeTransaction(world.deps, payment(of, AUTONOMOUS, 'again'))).request.state).toBe('submitted');
    expect(await statesOf(world, of.wallet.id)).toEqual(['used']);
  });
});

describe('what changed since the freeze', () => {
  test('who froze it, why and when, what landed since, what may still land, and what happened', async () => {
    const of = await makeWallet(world);
    world.chain.setLanding('held');
    const sent = await pay(world, of, AUTONOMOUS, 'sent');
    must(await freeze(of));
    const early = await changes(of);
    expect(early).toMatchObject({
      reason: 'somebody is at it',
      actor: 'operator',
      entries: [],
      ended: [],
      lockedDown: false,
      hasMore: false,
    });
    expect(early.mayStillLand.map(({ requestId }) => requestId)).toEqual([sent.id]);
    world.chain.produceBlock(world.chain.pending());
    world.chain.setLanding('at_once');
    await drive(world.deps);
    must(await proposeTransaction(world.deps, payment(of, 1n, 'denied')));
    const late = await changes(of);
    expect(late.ended.map(({ requestId, state }) => [requestId, state])).toEqual([[sent.id, 'finalized']]);
    expect(late.mayStillLand).toEqual([]);
    expect(late.entries.map(({ action }) => action)).toEqual(expect.arrayContaining(['attempt.finalized', 'request.decided']));
    expect(late.keys.map(({ role, state }) => [role, state])).toEqual(expect.arrayContaining([['agent', 'suspended']]));
    expect(late.frozenAtMs).toBe(early.frozenAtMs);
  });

  test('says that the chain cannot be asked, rather than that all is well', async () => {
    const of = await makeWallet(world);
    must(await freeze(of));
    world.chain.setReachable(false);
    const seen = await changes(of);
    world.chain.setReachable(true);
    expect(seen.differencesOnChain).toBeNull();
  });

  test('of a wallet that is not frozen there is nothing to tell', async () => {
    const of = await makeWallet(world);
    expect(await changesSinceFreeze(world.deps, of.wallet.id)).toMatchObject({ ok: false, error: { code: 'wallet_not_frozen' } });
  });
});
