import { proposeTransaction } from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AUTONOMOUS, drive, makeWallet, must, SOL, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});

test('INVARIANT I4: a budget over all wallets of an owner holds when all of them spend at once', async () => {
  const owner = createTestKey();
  const shared = {
    groups: [
      {
        name: 'everything',
        scope: 'owner',
        members: [{ asset: 'SOL', weight: '1' }],
        windows: [{ seconds: 86_400, autonomous: '700', ceiling: '700' }],
      },
    ],
  };
  const wallets = await Promise.all(Array.from({ length: 4 }, () => makeWallet(world, shared, owner)));
  const stranger = await makeWallet(world, shared);
  const asked = await Promise.all(
    [...wallets, stranger].flatMap((of) =>
      Array.from({ length: 5 }, async (_, index) => {
        const { request } = must(
          await proposeTransaction(world.deps, {
            walletId: of.wallet.id,
            action: { kind: 'payment', payment: { asset: SOL, amount: AUTONOMOUS, recipient: of.merchant, memo: null } },
            credential: of.agent,
            idempotencyKey: `k${index}`,
            fingerprint: `k${index}`,
          }),
        );
        return { of, state: request.state };
      }),
    ),
  );
  await drive(world.deps);
  const spent = wallets.reduce((sum, { merchant }) => sum + world.chain.balance(merchant), 0n);
  expect(spent).toBe(700n);
  expect(asked.filter(({ of, state }) => of !== stranger && state === 'denied')).toHaveLength(13);
  expect(world.chain.balance(stranger.merchant)).toBe(500n);
});
