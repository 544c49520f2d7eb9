import { listKits, lockDownWallet, lookAfterKits, proposePolicy, runLockdown } from '@countersign/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actionsOf, arm, stateOf, statesOf, toldOf, unfreezeAs } from './stopping-world.ts';
import { approveAs, drive, makeWallet, must, startWorld, type TestWallet, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});

const lockDown = (of: TestWallet) => lockDownWallet(world.deps, { walletId: of.wallet.id, reason: 'test', actor: 'test' });
const limitsOf = async ({ wallet }: TestWallet): Promise<number> =>
  must(await world.chain.readWallet(wallet.multisig))?.limits.length ?? -1;

describe('a lockdown that was called for', () => {
  test('and not carried out is carried out with what the owner arms meanwhile', async () => {
    const of = await makeWallet(world);
    await arm(world, of);
    must(await lockDown(of));
    await arm(world, of);
    expect(await statesOf(world, of.wallet.id)).toEqual(['stale', 'called']);
    await runLockdown(world.deps, of.wallet.id);
    expect([await limitsOf(of), await statesOf(world, of.wallet.id)]).toEqual([0, ['stale', 'used']]);
  });

  test('with nothing armed, and called for again once the owner has armed one', async () => {
    const of = await makeWallet(world);
    must(await lockDown(of));
    await arm(world, of);
    expect(await statesOf(world, of.wallet.id)).toEqual(['armed']);
    expect(must(await lockDown(of)).armed).toHaveLength(1);
    await runLockdown(world.deps, of.wallet.id);
    expect(await limitsOf(of)).toBe(0);
  });

  test('for limits that went another way is done when the chain says so, with nothing sent', async () => {
    const of = await makeWallet(world);
    await arm(world, of);
    world.chain.alterWallet(of.wallet.multisig, (found) => ({ ...found, limits: [] }));
    must(await lockDown(of));
    await runLockdown(world.deps, of.wallet.id);
    const actions = await actionsOf(world, of.wallet.id);
    expect([actions.includes('wallet.locked_down'), actions.includes('kit.sent')]).toEqual([true, false]);
    expect(await statesOf(world, of.wallet.id)).toEqual(['stale']);
  });

  test('a second time, when it is done: nothing is missing, and nobody is told that it is', async () => {
    const of = await makeWallet(world);
    await arm(world, of);
    must(await lockDown(of));
    await runLockdown(world.deps, of.wallet.id);
    expect(must(await lockDown(of)).armed).toEqual([]);
    expect(toldOf(world, of)).not.toContain('lockdown.unavailable');
    expect(must(await listKits(world.deps, of.wallet.id)).warnings).toEqual([]);
  });

  test('under a policy that the owner replaced since is given up, and asked for anew once the wallet pays again', async () => {
    const of = await makeWallet(world);
    await arm(world, of);
    must(await lockDown(of));
    const policyText = JSON.stringify({
      version: 1,
      assets: [
        {
          asset: 'SOL',
          perTransaction: { autonomous: '7', ceiling: '9' },
          windows: [{ seconds: 86_400, autonomous: '70', ceiling: '90' }],
        },
      ],
      recipients: [{ address: of.merchant, label: 'Merchant' }],
      otherRecipients: 'denied',
      fees: { perTransactionLamports: '100000', rentPerTransactionLamports: '0' },
      signaturesPerMinute: 60,
    });
    const { approval } = must(await proposePolicy(world.deps, { walletId: of.wallet.id, policyText, actor: 'test' }));
    must(await approveAs(world.deps, approval.id, of.owner));
    await drive(world.deps);
    await lookAfterKits(world.deps);
    expect([await statesOf(world, of.wallet.id), await limitsOf(of)]).toEqual([['stale'], 1]);
    must(await unfreezeAs(world, of));
    expect(await stateOf(world, of)).toBe('active');
    await lookAfterKits(world.deps);
    expect(must(await listKits(world.deps, of.wallet.id)).warnings).toEqual([expect.stringContaining('no lockdown is armed')]);
  });
});
