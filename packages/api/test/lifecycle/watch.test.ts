import { lockDownWallet, proposePolicy, proposeRotation, runLockdown, type WalletOnChain } from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actionsOf, arm, auditOf, signerState, stateOf, toldOf, watch } from './stopping-world.ts';
import { approveAs, drive, makeWallet, must, readWallet, startWorld, type TestWallet, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});

const alter = (of: TestWallet, change: (found: WalletOnChain) => WalletOnChain): void =>
  world.chain.alterWallet(of.wallet.multisig, change);
const stranger = createTestKey().address;
const policyText = (of: TestWallet): string =>
  JSON.stringify({
    version: 1,
    assets: [
      { asset: 'SOL', perTransaction: { autonomous: '7', ceiling: '9' }, windows: [{ seconds: 86_400, autonomous: '70', ceiling: '90' }] },
    ],
    recipients: [{ address: of.merchant, label: 'Merchant' }],
    otherRecipients: 'denied',
    fees: { perTransactionLamports: '100000', rentPerTransactionLamports: '0' },
    signaturesPerMinute: 60,
  });

describe('INVARIANT I11: the chain is what was asked', () => {
  test.each<readonly [string, (found: WalletOnChain) => WalletOnChain, string]>([
    ['the config authority', (found) => ({ ...found, configAuthority: stranger }), 'config authority'],
    ['the threshold (ATTACKS 161)', (found) => ({ ...found, threshold: 1 }), 'threshold is 1, expected 2'],
    ['the time lock', (found) => ({ ...found, timeLockSeconds: 1 }), 'time lock'],
    ['the rent collector (ATTACKS 169)', (found) => ({ ...found, rentCollector: stranger }), 'rent collector'],
    ['a member too many', (found) => ({ ...found, members: [...found.members, { key: stranger, permissions: 7 }] }), 'member list'],
    ['a mask', (found) => ({ ...found, members: found.members.map((member) => ({ ...member, permissions: 3 })) }), 'member list'],
    [
      'a limit that nobody asked for',
      (found) => ({ ...found, limits: [...found.limits, ...found.limits.map((limit) => ({ ...limit, spendingLimit: stranger }))] }),
      'should not be there',
    ],
    [
      'a limit without destinations (ATTACKS 158)',
      (found) => ({ ...found, limits: found.limits.map((limit) => ({ ...limit, destinations: [] })) }),
      'destinations',
    ],
    ['a limit that is gone', (found) => ({ ...found, limits: [] }), 'is missing'],
  ])('%s differs: frozen, the key suspended, another key called for, people told before and after', async (_, change, words) => {
    const [drifted, same] = [await makeWallet(world), await makeWallet(world)];
    await watch(world, 3);
    expect([await stateOf(world, drifted), await stateOf(world, same)]).toEqual(['active', 'active']);
    alter(drifted, change);
    await watch(world, 2);
    const frozen = await readWallet(world.deps, drifted.wallet.id);
    expect([frozen.state, await stateOf(world, same)]).toEqual(['frozen', 'active']);
    expect(frozen.frozenReason).toContain(words);
    expect(await signerState(world, drifted)).toBe('suspended');
    expect(toldOf(world, drifted)).toEqual(['wallet.frozen', 'chain.drifted']);
    expect(await actionsOf(world, drifted.wallet.id)).toEqual(expect.arrayContaining(['chain.drifted', 'key.called_for_rotation']));
  });

  test.each(['active', 'approved', 'draft'] as const)('ATTACKS 160: a proposal that is none of ours, %s: frozen', async (status) => {
    const of = await makeWallet(world);
    await watch(world);
    world.chain.leaveProposal(of.wallet.multisig, status);
    await watch(world, 2);
    expect(await readWallet(world.deps, of.wallet.id)).toMatchObject({
      state: 'frozen',
      frozenReason: expect.stringContaining('none of ours'),
    });
  });

  test('what is seen once is seen again before it freezes, and at a later slot', async () => {
    const of = await makeWallet(world);
    await watch(world);
    alter(of, (found) => ({ ...found, threshold: 1 }));
    await watch(world);
    expect(await stateOf(world, of)).toBe('active');
    alter(of, (found) => ({ ...found, threshold: 2 }));
    await watch(world, 2);
    expect([await stateOf(world, of), toldOf(world, of)]).toEqual(['active', []]);
  });

  test('a thief who changes something else each time differs all the time', async () => {
    const of = await makeWallet(world);
    await watch(world);
    alter(of, (found) => ({ ...found, threshold: 1 }));
    await watch(world);
    alter(of, (found) => ({ ...found, threshold: 2, timeLockSeconds: 9 }));
    await watch(world);
    expect(await stateOf(world, of)).toBe('frozen');
  });

  test('a frozen wallet is watched on: people are told of what is new, once', async () => {
    const of = await makeWallet(world);
    alter(of, (found) => ({ ...found, threshold: 1 }));
    await watch(world, 4);
    expect(toldOf(world, of)).toEqual(['wallet.frozen', 'chain.drifted']);
    alter(of, (found) => ({ ...found, configAuthority: stranger }));
    await watch(world, 4);
    expect(toldOf(world, of)).toEqual(['wallet.frozen', 'chain.drifted', 'chain.drifted']);
    const [entry] = await auditOf(world, of.wallet.id);
    expect(entry?.details['differences']).toEqual([expect.stringContaining('config authority')]);
  });

  test('a policy on its way freezes nothing, at no moment', async () => {
    const of = await makeWallet(world);
    const { approval } = must(await proposePolicy(world.deps, { walletId: of.wallet.id, policyText: policyText(of), actor: 'test' }));
    await watch(world, 2);
    world.chain.setLanding('held');
    must(await approveAs(world.deps, approval.id, of.owner));
    await watch(world, 2);
    world.chain.produceBlock(world.chain.pending());
    world.chain.setLanding('at_once');
    // The chain has the new limits, the database still the old policy.
    await watch(world, 3);
    expect(await stateOf(world, of)).toBe('active');
    await drive(world.deps);
    await watch(world, 3);
    expect(await readWallet(world.deps, of.wallet.id)).toMatchObject({ state: 'active', policyRevision: 2 });
  });

  test('a rotation on its way freezes nothing, at no moment; what drifts afterwards does', async () => {
    const of = await makeWallet(world);
    const rotation = must(await proposeRotation(world.deps, { walletId: of.wallet.id, reason: 'manual', actor: 'test' }));
    world.chain.setLanding('held');
    must(await approveAs(world.deps, rotation.id, of.owner));
    for (let step = 0; step < 4; step += 1) {
      await watch(world, 2);
      world.chain.produceBlock(world.chain.pending());
      await watch(world, 2);
      await drive(world.deps);
    }
    world.chain.setLanding('at_once');
    await watch(world, 2);
    expect(await readWallet(world.deps, of.wallet.id)).toMatchObject({ state: 'active', rekeyingBy: null });
    alter(of, (found) => ({ ...found, threshold: 1 }));
    await watch(world, 2);
    expect(await stateOf(world, of)).toBe('frozen');
  });

  test('limits that a lockdown took away are no drift; one that comes back is', async () => {
    const of = await makeWallet(world);
    await arm(world, of);
    const [limit] = must(await world.chain.readWallet(of.wallet.multisig))?.limits ?? [];
    must(await lockDownWallet(world.deps, { walletId: of.wallet.id, reason: 'test', actor: 'test' }));
    await runLockdown(world.deps, of.wallet.id);
    await watch(world, 3);
    expect(toldOf(world, of)).not.toContain('chain.drifted');
    alter(of, (found) => ({ ...found, limits: limit ? [limit] : [] }));
    await watch(world, 2);
    expect(toldOf(world, of)).toContain('chain.drifted');
  });
});

describe('INVARIANT I11, ATTACKS 164: the nonces of what was signed ahead of need', () => {
  test('one that was advanced by none of ours takes the emergency brake away: frozen, told, given up', async () => {
    const of = await makeWallet(world);
    await arm(world, of);
    await watch(world);
    const { rows } = await world.sql.query<{ message: Buffer }>('SELECT message FROM kits WHERE wallet_id = $1', [of.wallet.id]);
    const message = new Uint8Array(rows[0]?.message ?? []);
    // Whoever has the owner key uses the nonce up. The lockdown itself is the one message of the fake chain that advances it; a limit comes back.
    const limits = must(await world.chain.readWallet(of.wallet.multisig))?.limits ?? [];
    const fee = must(await world.keys.signWithFeeKey({ walletId: of.wallet.id, message }));
    const { wire } = must(
      await world.chain.assembleTransaction(message, [...fee, { signer: of.wallet.owner, signature: of.owner.sign(message) }]),
    );
    must(await world.chain.submitTransaction(wire));
    alter(of, (found) => ({ ...found, limits }));
    await watch(world, 2);
    expect(await readWallet(world.deps, of.wallet.id)).toMatchObject({
      state: 'frozen',
      frozenReason: expect.stringContaining('advanced'),
    });
    expect((await world.sql.query('SELECT state FROM kits WHERE wallet_id = $1', [of.wallet.id])).rows).toEqual([{ state: 'stale' }]);
    expect(toldOf(world, of)).toContain('chain.drifted');
  });
});
