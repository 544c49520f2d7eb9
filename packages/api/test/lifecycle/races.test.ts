import {
  type Dependencies,
  freezeWallet,
  MOST_WAITING_APPROVALS,
  ok,
  proposeTransaction,
  reconcile,
  rejectApproval,
} from '@countersign/core';
import { verifyAuditChain } from '@countersign/postgres';
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
  WINDOW_AUTONOMOUS,
  type World,
} from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});

const ask = (deps: Dependencies, of: TestWallet, amount: bigint, key: string) =>
  proposeTransaction(deps, {
    walletId: of.wallet.id,
    action: { kind: 'payment', payment: { asset: SOL, amount, recipient: of.merchant, memo: null } },
    credential: of.agent,
    idempotencyKey: key,
    fingerprint: `${amount}`,
  });
const times = <T>(count: number, each: (index: number) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => each(index)));

describe('side by side', () => {
  test('INVARIANT I4: forty payments at once, of which five fit, are five payments', async () => {
    const of = await makeWallet(world);
    const asked = await times(40, (index) => ask(world.deps, of, AUTONOMOUS, `k${index}`));
    await drive(world.deps);
    const alone = asked.filter((each) => each.ok && each.value.request.route === 'autonomous');
    expect(BigInt(alone.length) * AUTONOMOUS).toBe(WINDOW_AUTONOMOUS);
    expect(asked.filter((each) => each.ok && each.value.request.state === 'awaiting_owner').length).toBe(40 - alone.length);
    expect(world.chain.balance(of.merchant)).toBe(WINDOW_AUTONOMOUS);
    expect(await budgetOf(world, of.wallet.id)).toEqual({ reserved: 0n, settled: WINDOW_AUTONOMOUS });
  });

  test('INVARIANT I3: the same key twenty times at once pays once', async () => {
    const of = await makeWallet(world);
    const asked = await times(20, () => ask(world.deps, of, AUTONOMOUS, 'same'));
    await drive(world.deps);
    expect(new Set(asked.map((each) => must(each).request.id)).size).toBe(1);
    expect(world.chain.balance(of.merchant)).toBe(AUTONOMOUS);
  });

  test('the same key for something else is refused', async () => {
    const of = await makeWallet(world);
    must(await ask(world.deps, of, AUTONOMOUS, 'same'));
    expect(await ask(world.deps, of, AUTONOMOUS - 1n, 'same')).toMatchObject({ ok: false, error: { code: 'idempotency_key_reused' } });
  });

  test('an agent cannot bury a bad payment under more than a hundred that wait', async () => {
    const of = await makeWallet(world);
    for (let index = 0; index < MOST_WAITING_APPROVALS; index += 1) must(await ask(world.deps, of, CEILING, `k${index}`));
    expect(await ask(world.deps, of, CEILING, 'one more')).toMatchObject({ ok: false, error: { code: 'too_many_approvals' } });
    must(await ask(world.deps, of, AUTONOMOUS, 'small'));
  });

  test('INVARIANT I7: after the freeze commits nothing is signed, also when the signer is slow and is not told', async () => {
    const slow: Dependencies = {
      ...world.deps,
      keys: {
        ...world.keys,
        suspendAgentKey: async () => ok(undefined),
        async signWithAgentKey(input) {
          await new Promise((resolve) => setTimeout(resolve, 30));
          return world.keys.signWithAgentKey(input);
        },
      },
    };
    for (let round = 0; round < 5; round += 1) {
      const of = await makeWallet(world);
      const asking = times(30, (index) => ask(slow, of, 10n, `k${index}`));
      await new Promise((resolve) => setTimeout(resolve, 40 * round));
      must(await freezeWallet(slow, { walletId: of.wallet.id, reason: 'test', actor: 'test' }));
      await asking;
      await drive(world.deps);
      world.chain.mine(400n);
      await drive(world.deps);
      const { rows } = await world.sql.query<{ sequence: string; action: string }>(
        'SELECT sequence::text, action FROM audit_entries WHERE chain = $1 ORDER BY audit_entries.sequence',
        [of.wallet.id],
      );
      const frozenAt = rows.findIndex(({ action }) => action === 'wallet.frozen');
      expect(frozenAt).toBeGreaterThan(0);
      expect(rows.slice(frozenAt).filter(({ action }) => action === 'attempt.signed')).toEqual([]);
      const { reserved, settled } = await budgetOf(world, of.wallet.id);
      expect({ reserved, settled }).toEqual({ reserved: 0n, settled: world.chain.balance(of.merchant) });
      const verdict = await world.deps.database.transact(async (tx) => ok(await verifyAuditChain(tx.audit, of.wallet.id)));
      expect(must(verdict)).toMatchObject({ ok: true });
    }
  });

  test('INVARIANT I7: a signer that was away at the freeze is stopped when it is back, also while the chain is away', async () => {
    const of = await makeWallet(world);
    const impatient: Dependencies = { ...world.deps, limits: { ...world.deps.limits, firstLookMs: 0 } };
    world.chain.setWeather('drop');
    must(await ask(world.deps, of, AUTONOMOUS, 'unsettled'));
    world.chain.setWeather('fair');
    world.keys.setReachable(false);
    const frozen = must(await freezeWallet(world.deps, { walletId: of.wallet.id, reason: 'test', actor: 'test' }));
    expect(frozen.signerProblem).not.toBeNull();
    world.keys.setReachable(true);
    world.chain.setReachable(false);
    await expect(reconcile(impatient)).rejects.toThrow('chain');
    world.chain.setReachable(true);
    const { wallets } = await world.keys.healthCheck();
    expect(wallets.find(({ walletId }) => walletId === of.wallet.id)?.state).toBe('suspended');
  });

  test('INVARIANT I6: the owner approving twice at once, and rejecting meanwhile, has one effect', async () => {
    for (let round = 0; round < 5; round += 1) {
      const of = await makeWallet(world);
      const { request } = must(await ask(world.deps, of, CEILING, 'large'));
      const approval = must(await world.deps.database.transact(async (tx) => ok(await tx.approvals.ofRequest(request.id))));
      if (approval === null) throw new Error('no approval');
      const results = await Promise.all([
        approveAs(world.deps, approval.id, of.owner),
        approveAs(world.deps, approval.id, of.owner),
        rejectApproval(world.deps, { approvalId: approval.id, reason: 'no', actor: 'test' }),
      ]);
      await drive(world.deps);
      const landed = world.chain.balance(of.merchant);
      expect([0n, CEILING]).toContain(landed);
      const { reserved, settled } = await budgetOf(world, of.wallet.id);
      if (landed > 0n) expect(results[2]?.ok).toBe(false);
      expect({ reserved, settled }).toEqual({ reserved: 0n, settled: landed });
    }
  });
});
