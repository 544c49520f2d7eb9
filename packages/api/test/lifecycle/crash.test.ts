import { createHash } from 'node:crypto';
import { type ApprovalId, type Dependencies, ok, type Payment, proposeTransaction, type RequestId } from '@countersign/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Crash, type CrashPoint, crashingAt } from './crash.ts';
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

const paymentOf = ({ merchant }: TestWallet, amount: bigint): Payment => ({ asset: SOL, amount, recipient: merchant, memo: null });
const ask = (deps: Dependencies, of: TestWallet, amount: bigint, key: string) =>
  proposeTransaction(deps, {
    walletId: of.wallet.id,
    payment: paymentOf(of, amount),
    credential: of.agent,
    idempotencyKey: key,
    fingerprint: createHash('sha256').update(`${amount}`).digest('hex'),
  });

/** Lets everything that is under way come to its end, also by running out. */
async function comeToRest(): Promise<void> {
  await drive(world.deps);
  world.chain.mine(400n);
  await drive(world.deps);
}

/** INVARIANT I2, I3, I4: what landed, what the requests say and what the budgets hold are the same, and nothing hangs. */
async function checkBooks(of: TestWallet, most: bigint): Promise<bigint> {
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

async function crashed(work: (deps: Dependencies) => Promise<unknown>, point: CrashPoint | null): Promise<readonly string[]> {
  const { deps, calls } = crashingAt(point, {
    database: world.database.database,
    chain: world.chain,
    keys: world.keys,
    network: world.deps.network,
  });
  try {
    await work(deps);
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
  return calls;
}

async function everyPoint(
  work: (deps: Dependencies, of: TestWallet) => Promise<unknown>,
  setUp: (of: TestWallet) => Promise<void>,
  after: (of: TestWallet, point: CrashPoint) => Promise<void>,
): Promise<number> {
  const rehearsal = await makeWallet(world);
  await setUp(rehearsal);
  const calls = await crashed((deps) => work(deps, rehearsal), null);
  for (let call = 1; call <= calls.length; call += 1)
    for (const when of ['before', 'after'] as const) {
      const of = await makeWallet(world);
      await setUp(of);
      await crashed((deps) => work(deps, of), { call, when });
      await after(of, { call, when });
    }
  return calls.length;
}

describe('the process dies at every port call (INVARIANT I2, I3, I4)', () => {
  test('of a payment that the agent makes alone: it lands once or never, and the same key never pays twice', async () => {
    const calls = await everyPoint(
      (deps, of) => ask(deps, of, AUTONOMOUS, 'one'),
      async () => undefined,
      async (of) => {
        // The agent tries again at once, beside the job.
        const [again] = await Promise.all([ask(world.deps, of, AUTONOMOUS, 'one'), drive(world.deps)]);
        expect(again.ok).toBe(true);
        await comeToRest();
        expect(await checkBooks(of, AUTONOMOUS)).toBe(AUTONOMOUS);
      },
    );
    expect(calls).toBeGreaterThan(8);
  });

  test('of a payment that the agent makes alone and nobody asks for again: the job alone ends it', async () => {
    await everyPoint(
      (deps, of) => ask(deps, of, AUTONOMOUS, 'one'),
      async () => undefined,
      async (of) => {
        await comeToRest();
        await checkBooks(of, AUTONOMOUS);
      },
    );
  });

  test('of a countersignature: it lands once, or comes back to the owner, who can then sign it', async () => {
    const waiting = new Map<string, { readonly approval: ApprovalId; readonly request: RequestId }>();
    const calls = await everyPoint(
      async (deps, of) => approveAs(deps, waiting.get(of.wallet.id)?.approval ?? ('' as ApprovalId), of.owner),
      async (of) => {
        const { request } = must(await ask(world.deps, of, CEILING, 'large'));
        expect(request.state).toBe('awaiting_owner');
        const approval = must(await world.deps.database.transact(async (tx) => ok(await tx.approvals.ofRequest(request.id))));
        if (approval === null) throw new Error('no approval');
        waiting.set(of.wallet.id, { approval: approval.id, request: request.id });
      },
      async (of) => {
        await comeToRest();
        const landed = await checkBooks(of, CEILING);
        const { approval } = waiting.get(of.wallet.id) ?? {};
        if (landed === 0n && approval) must(await approveAs(world.deps, approval, of.owner));
        await comeToRest();
        expect(await checkBooks(of, CEILING)).toBe(CEILING);
      },
    );
    expect(calls).toBeGreaterThan(12);
  }, 120_000);

  test.each(['drop', 'lose_answer'] as const)('while the chain does %s: the outcome is proven, not guessed', async (weather) => {
    const of = await makeWallet(world);
    world.chain.setWeather(weather);
    must(await ask(world.deps, of, AUTONOMOUS, 'one'));
    world.chain.setWeather('fair');
    await comeToRest();
    expect(await checkBooks(of, AUTONOMOUS)).toBe(AUTONOMOUS);
  });
});
