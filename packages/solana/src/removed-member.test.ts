import { NATIVE_ASSET } from '@countersign/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDeployed, programForTests } from '../../localchain/src/test-support/needs-deployed-program.ts';
import { must } from './test-support/must.ts';
import { finalizeAll, type OwnerWorld, ownerWorld } from './test-support/owner-world.ts';
import { SOL } from './test-support/test-chain.ts';
import { testKey } from './test-support/test-key.ts';

const source = await programForTests();
let world: OwnerWorld;
beforeAll(async () => {
  world = await ownerWorld();
});
afterAll(() => world.chain.close());

describeDeployed(source, 'INVARIANT I8: removing a member does not revoke its limits (deployed Squads 2.1)', () => {
  test('a rotation that left them would change nothing for a thief; the one that is built ends it in the same transaction', async () => {
    const wallet = await world.wallet(5n * SOL);
    const { adapter } = world.chain;
    const { addresses, owner, agent, feeAccount, recipient } = wallet;
    const keys = [owner, agent, feeAccount];
    const spendingLimit = wallet.limits[0]?.spendingLimit ?? addresses.vault;
    const payment = { asset: NATIVE_ASSET, amount: 1_000_000n, recipient: recipient.address, memo: null };
    const spend = async () => {
      const message = must(await adapter.buildTransaction({ route: 'autonomous', addresses, payment, spendingLimit }));
      return (await world.chain.land(message, keys)).status;
    };
    const next = testKey();
    for (const message of [
      must(await adapter.addMember({ addresses, member: next.address })),
      must(await adapter.removeMember({ addresses, member: agent.address })),
    ])
      expect((await world.chain.land(message, keys)).status).toMatchObject({ error: null });
    await finalizeAll(world.chain);
    expect((await world.found(wallet)).members.map(({ key }) => key)).not.toContain(agent.address);
    expect(await spend(), 'no member any more, and it still spends').toMatchObject({ error: null });
    const wanted = { ...addresses, agent: next.address, limits: [] };
    const messages = must(await adapter.changeSettings({ addresses, found: await world.found(wallet), wanted }));
    for (const message of messages) expect((await world.chain.land(message, keys)).status).toMatchObject({ error: null });
    expect(await spend()).toMatchObject({ error: expect.stringContaining('AccountNotInitialized (3012)') });
  });
});
