import type { Dependencies } from '@countersign/core';
import { expect } from 'vitest';
import { Crash, type CrashPoint, crashingAt } from './crash.ts';
import { budgetOf, drive, makeWallet, type TestWallet, type World } from './world.ts';

/** Lets everything that is under way come to its end, also by running out. */
export async function comeToRest(world: World): Promise<void> {
  await drive(world.deps);
  world.chain.mine(400n);
  await drive(world.deps);
}

/** INVARIANT I2, I3, I4: what landed, what the requests say and what the budgets hold are the same, and nothing hangs. */
export async function checkBooks(world: World, of: TestWallet, most: bigint): Promise<bigint> {
  const landed = world.chain.balance(of.merchant);
  const { reserved, settled } = await budgetOf(world, of.wallet.id);
  const { rows } = await world.sql.query<{ sum: string }>(
    `SELECT coalesce(sum(amount), 0)::text AS sum FROM transaction_requests WHERE wallet_id = $1 AND state = 'finalized'`,
    [of.wallet.id],
  );
  expect({ landed, settled, finalized: BigInt(rows[0]?.sum ?? '0'), reserved }).toEqual({
    landed,
    settled: landed,
    finalized: landed,
    reserved: 0n,
  });
  expect(landed <= most).toBe(true);
  return landed;
}

async function crashed(world: World, work: (deps: Dependencies) => Promise<unknown>, point: CrashPoint | null): Promise<readonly string[]> {
  const { deps, calls } = crashingAt(point, {
    database: world.database.database,
    chain: world.chain,
    keys: world.keys,
    network: world.deps.network,
    alerts: world.deps.alerts,
  });
  try {
    await work(deps);
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
  return calls;
}

/** Does `work` once to count its port calls, then once for each of them and dies there; `after` sees it through. */
export async function everyPoint(
  world: World,
  work: (deps: Dependencies, of: TestWallet) => Promise<unknown>,
  setUp: (of: TestWallet) => Promise<void>,
  after: (of: TestWallet, point: CrashPoint) => Promise<void>,
  policy: { readonly [member: string]: unknown } = {},
): Promise<number> {
  const rehearsal = await makeWallet(world, policy);
  await setUp(rehearsal);
  const calls = await crashed(world, (deps) => work(deps, rehearsal), null);
  for (let call = 1; call <= calls.length; call += 1)
    for (const when of ['before', 'after'] as const) {
      const of = await makeWallet(world, policy);
      await setUp(of);
      await crashed(world, (deps) => work(deps, of), { call, when });
      await after(of, { call, when });
    }
  return calls.length;
}
