import { proposePolicy, watchWallets } from '@countersign/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approveAs, drive, makeWallet, must, readWallet, startWorld, type TestWallet, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});

/** Looks at every wallet once. */
async function watch(): Promise<void> {
  for (let after = await watchWallets(world.deps, null); after !== null; ) after = await watchWallets(world.deps, after);
}
const stateOf = async (of: TestWallet): Promise<string> => (await readWallet(world.deps, of.wallet.id)).state;

describe('INVARIANT I11: the chain is what was asked', () => {
  test('a wallet that differs on chain is frozen and its key suspended; the others go on', async () => {
    const [drifted, same] = [await makeWallet(world), await makeWallet(world)];
    await watch();
    expect([await stateOf(drifted), await stateOf(same)]).toEqual(['active', 'active']);
    // Another policy says that other limits should be there.
    await world.sql.query("SET session_replication_role = 'replica'");
    await world.sql.query("UPDATE policy_revisions SET limits = '[]' WHERE wallet_id = $1", [drifted.wallet.id]);
    await world.sql.query("SET session_replication_role = 'origin'");
    await watch();
    const frozen = await readWallet(world.deps, drifted.wallet.id);
    expect([frozen.state, await stateOf(same)]).toEqual(['frozen', 'active']);
    expect(frozen.frozenReason).toContain('should not be there');
    const health = await world.keys.healthCheck();
    expect(health.wallets.find(({ walletId }) => walletId === drifted.wallet.id)?.state).toBe('suspended');
  });

  test('a chain that cannot be asked freezes nothing', async () => {
    const of = await makeWallet(world);
    world.chain.setReachable(false);
    await watch();
    world.chain.setReachable(true);
    expect(await stateOf(of)).toBe('active');
  });

  test('a policy on its way freezes nothing, at no moment', async () => {
    const of = await makeWallet(world);
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
    await watch();
    must(await approveAs(world.deps, approval.id, of.owner));
    // The chain has the new limits, the database still the old policy.
    await watch();
    expect(await stateOf(of)).toBe('active');
    await drive(world.deps);
    await watch();
    expect(await readWallet(world.deps, of.wallet.id)).toMatchObject({ state: 'active', policyRevision: 2 });
  });
});
