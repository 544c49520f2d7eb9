import {
  type Approval,
  freezeWallet,
  ok,
  proposeTransaction,
  type RequestId,
  reconcile,
  rejectApproval,
  releasePayment,
  type TransactionRequest,
} from '@countersign/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  AUTONOMOUS,
  approveAs,
  budgetOf,
  CEILING,
  drive,
  makeWallet,
  must,
  SOL,
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

const DELAYED = 300n;
const SLOWLY = {
  assets: [
    {
      asset: 'SOL',
      perTransaction: {
        autonomous: AUTONOMOUS.toString(),
        delayed: { upTo: DELAYED.toString(), delaySeconds: 3_600 },
        ceiling: CEILING.toString(),
      },
      windows: [{ seconds: 86_400, autonomous: '500', ceiling: '5000' }],
    },
  ],
};

async function ask(of: TestWallet, amount: bigint, key: string): Promise<TransactionRequest> {
  const { request } = must(
    await proposeTransaction(world.deps, {
      walletId: of.wallet.id,
      action: { kind: 'payment', payment: { asset: SOL, amount, recipient: of.merchant, memo: null } },
      credential: of.agent,
      idempotencyKey: key,
      fingerprint: `${amount}`,
    }),
  );
  return request;
}

async function approvalOf(request: RequestId): Promise<Approval> {
  const approval = must(await world.deps.database.transact(async (tx) => ok(await tx.approvals.ofRequest(request))));
  if (approval === null) throw new Error('no approval');
  return approval;
}

const stateOf = async (id: RequestId): Promise<string> =>
  must(await world.deps.database.transact(async (tx) => ok((await tx.requests.get(id))?.state ?? 'missing')));

/** The delay is over, by the database's own row; no clock of a process is asked. */
async function passTime(approval: Approval): Promise<void> {
  await world.sql.query("SET session_replication_role = 'replica'");
  await world.sql.query('UPDATE approvals SET releases_at_ms = 1 WHERE id = $1 AND releases_at_ms IS NOT NULL', [approval.id]);
  await world.sql.query("SET session_replication_role = 'origin'");
}

describe('the delayed route', () => {
  test('INVARIANT I7: waits, holds no budget, and goes by itself when the delay is over', async () => {
    const of = await makeWallet(world, SLOWLY);
    const { id, state, route } = await ask(of, DELAYED, 'slow');
    expect([state, route]).toEqual(['awaiting_delay', 'delayed']);
    const approval = await approvalOf(id);
    expect((approval.releasesAtMs ?? 0) - approval.createdAtMs).toBe(3_600_000);
    await releasePayment(world.deps, approval.id);
    await reconcile(world.deps);
    expect(await stateOf(id)).toBe('awaiting_delay');
    expect(await budgetOf(world, of.wallet.id)).toEqual({ reserved: 0n, settled: 0n });
    await passTime(approval);
    // The job, the schedule and another replica at once.
    await Promise.all([releasePayment(world.deps, approval.id), reconcile(world.deps), releasePayment(world.deps, approval.id)]);
    await drive(world.deps);
    expect(await stateOf(id)).toBe('finalized');
    expect((await approvalOf(id)).state).toBe('done');
    expect(world.chain.balance(of.merchant)).toBe(DELAYED);
    expect(await budgetOf(world, of.wallet.id)).toEqual({ reserved: 0n, settled: DELAYED });
  });

  test('a veto and the release at once have one winner', async () => {
    for (let round = 0; round < 8; round += 1) {
      const of = await makeWallet(world, SLOWLY);
      const { id } = await ask(of, DELAYED, 'slow');
      const approval = await approvalOf(id);
      await passTime(approval);
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
    const approvals = [await approvalOf(vetoed.id), await approvalOf(frozen.id)] as const;
    must(await rejectApproval(world.deps, { approvalId: approvals[0].id, reason: 'no', actor: 'owner' }));
    must(await freezeWallet(world.deps, { walletId: of.wallet.id, reason: 'stop', actor: 'test' }));
    for (const approval of approvals) {
      await passTime(approval);
      await releasePayment(world.deps, approval.id);
    }
    await drive(world.deps);
    expect([await stateOf(vetoed.id), await stateOf(frozen.id)]).toEqual(['rejected', 'denied']);
    expect(world.chain.balance(of.merchant)).toBe(0n);
  });

  test('the owner may sign it early: it goes once, and the release finds nothing to do', async () => {
    const of = await makeWallet(world, SLOWLY);
    const { id } = await ask(of, DELAYED, 'slow');
    const approval = await approvalOf(id);
    must(await approveAs(world.deps, approval.id, of.owner));
    await passTime(approval);
    await releasePayment(world.deps, approval.id);
    await drive(world.deps);
    expect(await stateOf(id)).toBe('finalized');
    expect(world.chain.balance(of.merchant)).toBe(DELAYED);
  });

  test('INVARIANT I4: what no longer fits when its time comes is left to the owner, and the others go', async () => {
    const of = await makeWallet(world, SLOWLY);
    const requests = [await ask(of, 300n, 'a'), await ask(of, 200n, 'b'), await ask(of, 300n, 'c')];
    for (const { id } of requests) {
      const approval = await approvalOf(id);
      await passTime(approval);
      await releasePayment(world.deps, approval.id);
    }
    await drive(world.deps);
    expect(await Promise.all(requests.map(({ id }) => stateOf(id)))).toEqual(['finalized', 'finalized', 'awaiting_owner']);
    expect(world.chain.balance(of.merchant)).toBe(500n);
    const [, , third] = requests;
    if (!third) throw new Error('three');
    must(await approveAs(world.deps, (await approvalOf(third.id)).id, of.owner));
    await drive(world.deps);
    expect(await stateOf(third.id)).toBe('finalized');
  });
});
