import { decideAgain, freezeWallet, type RequestId, type TransactionRequest } from '@countersign/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AUTONOMOUS, budgetOf, drive, makeWallet, must, pay, readRequest, startWorld, type TestWallet, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});

/** A payment that was sent and whose bytes were lost on the way. */
function sendIntoStorm(of: TestWallet, amount: bigint): Promise<TransactionRequest> {
  world.chain.setWeather('drop');
  return pay(world, of, amount, 'storm');
}
const read = (id: RequestId) => readRequest(world, id);

describe('INVARIANT I3: new bytes only when the old ones provably cannot land', () => {
  test('a payment that was lost is decided on again with fresh bytes, and lands once', async () => {
    const of = await makeWallet(world);
    const { id } = await sendIntoStorm(of, AUTONOMOUS);
    await drive(world.deps);
    world.chain.mine(149n);
    await drive(world.deps);
    expect((await read(id)).attempts).toHaveLength(1);
    world.chain.mine(10n);
    world.chain.setWeather('fair');
    await drive(world.deps);
    expect(await read(id)).toEqual({ state: 'received', attempts: ['expired'] });
    expect(await budgetOf(world, of.wallet.id)).toEqual({ reserved: 0n, settled: 0n });
    await Promise.all([decideAgain(world.deps, id), decideAgain(world.deps, id), decideAgain(world.deps, id)]);
    await drive(world.deps);
    expect(await read(id)).toEqual({ state: 'finalized', attempts: ['expired', 'finalized'] });
    expect(world.chain.balance(of.merchant)).toBe(AUTONOMOUS);
    expect(await budgetOf(world, of.wallet.id)).toEqual({ reserved: 0n, settled: AUTONOMOUS });
  });

  test('three times at most, then it ends', async () => {
    const of = await makeWallet(world);
    const { id } = await sendIntoStorm(of, AUTONOMOUS);
    for (let round = 0; round < 4; round += 1) {
      await drive(world.deps);
      world.chain.mine(400n);
      await drive(world.deps);
      await decideAgain(world.deps, id);
    }
    world.chain.setWeather('fair');
    await drive(world.deps);
    expect(await read(id)).toEqual({ state: 'expired', attempts: ['expired', 'expired', 'expired'] });
    expect(world.chain.balance(of.merchant)).toBe(0n);
    expect(await budgetOf(world, of.wallet.id)).toEqual({ reserved: 0n, settled: 0n });
  });

  test('INVARIANT I7: not after a freeze', async () => {
    const of = await makeWallet(world);
    const { id } = await sendIntoStorm(of, AUTONOMOUS);
    await drive(world.deps);
    world.chain.mine(400n);
    await drive(world.deps);
    must(await freezeWallet(world.deps, { walletId: of.wallet.id, reason: 'stop', actor: 'test' }));
    world.chain.setWeather('fair');
    await decideAgain(world.deps, id);
    expect(await read(id)).toEqual({ state: 'denied', attempts: ['expired'] });
  });
});
