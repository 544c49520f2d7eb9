import { freezeWallet, type RequestId, reconcile, rejectApproval, releasePayment } from '@countersign/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  approvalOf,
  approveAs,
  budgetOf,
  DELAYED,
  drive,
  endDelay,
  makeWallet,
  must,
  pay,
  readRequest,
  SLOWLY,
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

const ask = (of: TestWallet, amount: bigint, key: string) => pay(world, of, amount, key);
const stateOf = async (id: RequestId): Promise<string> => (await readRequest(world, id)).state;

describe('the delayed route', () => {
  test('INVARIANT I7: waits, holds no budget, and goes by itself when the delay is over', async () => {
    const of = await makeWallet(world, SLOWLY);
    const { id, state, route } = await ask(of, DELAYED, 'slow');
    expect([state, route]).toEqual(['awaiting_delay', 'delayed']);
    const approval = await approvalOf(world, id);
    expect((approval.releasesAtMs ?? 0) - approval.createdAtMs).toBe(3_600_000);
    await releasePayment(world.deps, approval.id);
    await reconcile(world.deps);
    expect(await stateOf(id)).toBe('awaiting_delay');
    expect(await budgetOf(world, of.wallet.id)).toEqual({ reserved: 0n, settled: 0n });
    await endDelay(world, approval);
    // The job, the schedule and another replica at once.
    await Promise.all([releasePayment(world.deps, approval.id), reconcile(world.deps), releasePayment(world.deps, approval.id)]);
    await drive(world.deps);
    expect(await stateOf(id)).toBe('finalized');
    expect((await approvalOf(world, id)).state).toBe('done');
    expect(world.chain.balance(of.merchant)).toBe(DELAYED);
    expect(await budgetOf(world, of.wallet.id)).toEqual({ reserved: 0n, settled: DELAYED });
  });

  test('a veto and the release at once have one winner', async () => {
    for (let round = 0; round < 8; round += 1) {
      const of = await makeWallet(world, SLOWLY);
      const { id } = await ask(of, DELAYED, 'slow');
      const approval = await approvalOf(world, id);
      await endDelay(world, approval);
      const [veto] = await Promise.all([
        rejectApproval(world.deps, { approvalId: approval.id, reason: 'no', actor: 'owner' }),
        releasePayment(world.deps, approval.id),
      ]);
      await drive(world.deps);
      expect(await stateOf(id)).toBe(veto.ok ? 'rejected' : 'finalized');
      expect(world.chain.balance(of.merchant)).toBe(veto.ok ? 0n : DELAYED);
    }
  });

  test('after a veto, a freeze or a cancellation nothing goes, however often the job runs', async () => {
    const of = await makeWallet(world, SLOWLY);
    const [vetoed, frozen] = [await ask(of, DELAYED, 'one'), await ask(of, DELAYED - 1n, 'two')];
    const approvals = [await approvalOf(world, vetoed.id), await approvalOf(world, frozen.id)] as const;
    must(await rejectApproval(world.deps, { approvalId: approvals[0].id, reason: 'no', actor: 'owner' }));
    must(await freezeWallet(world.deps, { walletId: of.wallet.id, reason: 'stop', actor: 'test' }));
    for (const approval of approvals) {
      await endDelay(world, approval);
      await releasePayment(world.deps, approval.id);
    }
    await drive(world.deps);
    expect([await stateOf(vetoed.id), await stateOf(frozen.id)]).toEqual(['rejected', 'denied']);
    expect(world.chain.balance(of.merchant)).toBe(0n);
  });

  test('INVARIANT I4: what no longer fits when its time comes is left to the owner, and the others go', async () => {
    const of = await makeWallet(world, SLOWLY);
    const requests = [await ask(of, 300n, 'a'), await ask(of, 200n, 'b'), await ask(of, 300n, 'c')];
    for (const { id } of requests) {
      const approval = await approvalOf(world, id);
      await endDelay(world, approval);
      await releasePayment(world.deps, approval.id);
    }
    await drive(world.deps);
    expect(await Promise.all(requests.map(({ id }) => stateOf(id)))).toEqual(['finalized', 'finalized', 'awaiting_owner']);
    expect(world.chain.balance(of.merchant)).toBe(500n);
    const [, , third] = requests;
    if (!third) throw new Error('three');
    must(await approveAs(world.deps, (await approvalOf(world, third.id)).id, of.owner));
    await drive(world.deps);
    expect(await stateOf(third.id)).toBe('finalized');
  });
});
