import {
  type Dependencies,
  lockDownWallet,
  ok,
  proposeTransaction,
  reconcile,
  runLockdown,
  type SimulationReport,
  tokenAsset,
  type Wallet,
} from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actionsOf, arm, kitsOf, signerState, stateOf, statesOf, TWO_ASSETS, toldOf, USDC, unfreezeAs } from './stopping-world.ts';
import { AUTONOMOUS, makeWallet, must, payment, startWorld, type TestWallet, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.chain.addAsset(tokenAsset(USDC as never), 6);
});
afterAll(async () => {
  await world.close();
});

const lockDown = (of: TestWallet, deps: Dependencies = world.deps) =>
  lockDownWallet(deps, { walletId: of.wallet.id, reason: 'test', actor: 'test' });
const limitsOf = async ({ wallet }: TestWallet): Promise<number> =>
  must(await world.chain.readWallet(wallet.multisig))?.limits.length ?? -1;
/** Takes one limit away by itself, as an owner could. */
const dropLimit = (of: TestWallet, at: number): void =>
  world.chain.alterWallet(of.wallet.multisig, (found) => ({ ...found, limits: found.limits.filter((_, index) => index !== at) }));
async function tamper(sql: string, values: readonly unknown[]): Promise<void> {
  await world.sql.query("SET session_replication_role = 'replica'");
  await world.sql.query(sql, [...values]);
  await world.sql.query("SET session_replication_role = 'origin'");
}

describe('INVARIANT I7, I8: a lockdown with the owner asleep', () => {
  test('takes all limits off the chain; the agent, with its very key, pays nothing any more; done only when read back', async () => {
    const of = await makeWallet(world, TWO_ASSETS);
    const [limit] = must(await world.chain.readWallet(of.wallet.multisig))?.limits ?? [];
    await arm(world, of);
    const { frozen, armed } = must(await lockDown(of));
    expect([frozen.wallet.state, armed.length]).toEqual(['frozen', 3]);
    await runLockdown(world.deps, of.wallet.id);
    expect(await limitsOf(of)).toBe(0);
    expect(await statesOf(world, of.wallet.id)).toEqual(['used', 'stale', 'stale']);
    expect(toldOf(world, of)).toEqual(expect.arrayContaining(['wallet.frozen', 'wallet.locked_down']));
    expect(await actionsOf(world, of.wallet.id)).toEqual(
      expect.arrayContaining(['wallet.frozen', 'lockdown.called', 'kit.sent', 'wallet.locked_down']),
    );
    // The thief has the agent key: on chain it is worth nothing.
    const built = must(
      await world.chain.buildTransaction({
        route: 'autonomous',
        addresses: of.wallet,
        payment: { asset: tokenAsset(USDC as never), amount: 1n, recipient: of.merchant, memo: null },
        spendingLimit: limit?.spendingLimit ?? of.wallet.vault,
      }),
    );
    expect(must(await simulate(of.wallet, built.bytes)).succeeded).toBe(false);
  });

  test('running twice, at once and after its end: one transaction, one entry, one alert', async () => {
    const of = await makeWallet(world, TWO_ASSETS);
    await arm(world, of);
    must(await lockDown(of));
    await Promise.all([runLockdown(world.deps, of.wallet.id), runLockdown(world.deps, of.wallet.id)]);
    await runLockdown(world.deps, of.wallet.id);
    const actions = await actionsOf(world, of.wallet.id);
    expect(actions.filter((action) => action === 'wallet.locked_down')).toHaveLength(1);
    expect(actions.filter((action) => action === 'kit.sent')).toHaveLength(1);
    expect(toldOf(world, of).filter((kind) => kind === 'wallet.locked_down')).toHaveLength(1);
  });

  test('not done while it is not finalized; the same bytes are sent again', async () => {
    const of = await makeWallet(world);
    await arm(world, of);
    must(await lockDown(of));
    world.chain.setWeather('drop');
    await expect(runLockdown(world.deps, of.wallet.id)).rejects.toThrow('on its way');
    const [sent] = await kitsOf(world, of.wallet.id);
    expect([sent?.state, await limitsOf(of)]).toEqual(['sent', 1]);
    expect(toldOf(world, of)).not.toContain('wallet.locked_down');
    world.chain.setWeather('fair');
    await runLockdown(world.deps, of.wallet.id);
    const [used] = await kitsOf(world, of.wallet.id);
    expect([used?.state, used?.wire, await limitsOf(of)]).toEqual(['used', sent?.wire, 0]);
  });

  test('a limit that is gone already: the kits for each of the others are used, and the one over all keeps its nonce', async () => {
    const of = await makeWallet(world, TWO_ASSETS);
    await arm(world, of);
    dropLimit(of, 0);
    must(await lockDown(of));
    await runLockdown(world.deps, of.wallet.id);
    expect(await limitsOf(of)).toBe(0);
    const kits = await kitsOf(world, of.wallet.id);
    expect(kits.map(({ state }) => state).toSorted()).toEqual(['stale', 'stale', 'used']);
    expect(kits[0]?.wire).toBeNull();
  });

  test('one that fails in the simulation is not sent: a failed transaction would use its nonce up', async () => {
    const of = await makeWallet(world, TWO_ASSETS);
    await arm(world, of);
    must(await lockDown(of));
    const [all] = await kitsOf(world, of.wallet.id);
    const chain: Dependencies['chain'] = {
      ...world.deps.chain,
      simulateTransaction: async (message, context) => {
        const report = await world.chain.simulateTransaction(message, context);
        if (!report.ok || !all || Buffer.compare(message, all.message) !== 0) return report;
        return ok({ ...report.value, succeeded: false, problem: 'it would fail' } satisfies SimulationReport);
      },
    };
    await runLockdown({ ...world.deps, chain }, of.wallet.id);
    expect(await limitsOf(of)).toBe(0);
    expect(await statesOf(world, of.wallet.id)).toEqual(['stale', 'used', 'used']);
  });

  test('an agent that probes on is locked down by the service itself, in the transaction of the denial', async () => {
    const of = await makeWallet(world, { denials: { seconds: 300, freezeAt: 1, lockdownAt: 2 } });
    await arm(world, of);
    for (const key of ['a', 'b', 'c'])
      expect(must(await proposeTransaction(world.deps, payment(of, 1n, key, createTestKey().address))).request.state).toBe('denied');
    expect(await statesOf(world, of.wallet.id)).toEqual(['called']);
    await runLockdown(world.deps, of.wallet.id);
    expect([await limitsOf(of), await stateOf(world, of)]).toEqual([0, 'frozen']);
    expect((await actionsOf(world, of.wallet.id)).filter((action) => action === 'lockdown.called')).toHaveLength(1);
  });

  test('the call survives the loss of its job: the reconciler carries it out', async () => {
    const of = await makeWallet(world);
    await arm(world, of);
    must(await lockDown(of));
    await reconcile(world.deps);
    expect([await limitsOf(of), await statesOf(world, of.wallet.id)]).toEqual([0, ['used']]);
  });

  test('a queue that is stuck is not in the way of the freeze, nor of the lockdown', async () => {
    const of = await makeWallet(world);
    await arm(world, of);
    const { frozen, armed } = must(await lockDown(of, withStuckQueue()));
    expect([frozen.wallet.state, frozen.signerProblem, armed.length]).toEqual(['frozen', null, 1]);
    await reconcile(world.deps);
    expect(await limitsOf(of)).toBe(0);
  });

  test('a lockdown that a denial leads to is quick: its job is there once the denial is', async () => {
    const of = await makeWallet(world, { denials: { seconds: 300, freezeAt: 1, lockdownAt: 1 } });
    await arm(world, of);
    const jobs: unknown[] = [];
    const seen = withQueue(async (job) => void jobs.push(job));
    must(await proposeTransaction(seen, payment(of, 1n, 'probe', createTestKey().address)));
    expect(jobs).toEqual([{ kind: 'lock-down', walletId: of.wallet.id }]);
  });

  test('nor of the lockdown that a denial leads to', async () => {
    const of = await makeWallet(world, { denials: { seconds: 300, freezeAt: 1, lockdownAt: 1 } });
    await arm(world, of);
    const denied = must(await proposeTransaction(withStuckQueue(), payment(of, 1n, 'probe', createTestKey().address)));
    expect(denied.request.state).toBe('denied');
    expect([await stateOf(world, of), await statesOf(world, of.wallet.id)]).toEqual(['frozen', ['called']]);
    await reconcile(world.deps);
    expect(await limitsOf(of)).toBe(0);
  });
});

describe('INVARIANT I7: what cannot be carried out leaves the wallet frozen and is told', () => {
  test('with nothing armed: a critical alert and an entry, once', async () => {
    const of = await makeWallet(world);
    expect(must(await lockDown(of)).armed).toEqual([]);
    await runLockdown(world.deps, of.wallet.id);
    await reconcile(world.deps);
    expect([await stateOf(world, of), await signerState(world, of), await limitsOf(of)]).toEqual(['frozen', 'suspended', 1]);
    expect(toldOf(world, of).filter((kind) => kind === 'lockdown.unavailable')).toHaveLength(1);
    expect(await actionsOf(world, of.wallet.id)).toContain('lockdown.unavailable');
  });

  test('with a limit that no kit takes away: what is armed is used, and the rest is told', async () => {
    const of = await makeWallet(world);
    await arm(world, of);
    world.chain.alterWallet(of.wallet.multisig, (found) => ({
      ...found,
      limits: found.limits.flatMap((limit) => [limit, { ...limit, spendingLimit: createTestKey().address }]),
    }));
    must(await lockDown(of));
    await runLockdown(world.deps, of.wallet.id);
    expect([await limitsOf(of), await statesOf(world, of.wallet.id)]).toEqual([1, ['used']]);
    expect(toldOf(world, of)).toContain('lockdown.unavailable');
    expect(toldOf(world, of)).not.toContain('wallet.locked_down');
  });

  test('an active wallet is never locked down, whatever jobs there are', async () => {
    const of = await makeWallet(world);
    await arm(world, of);
    await runLockdown(world.deps, of.wallet.id);
    expect([await limitsOf(of), await statesOf(world, of.wallet.id)]).toEqual([1, ['armed']]);
    must(await lockDown(of));
    must(await unfreezeAs(world, of));
    // The job of a lockdown that the owner called back.
    await runLockdown(world.deps, of.wallet.id);
    expect([await limitsOf(of), await statesOf(world, of.wallet.id)]).toEqual([1, ['armed']]);
    expect(must(await proposeTransaction(world.deps, payment(of, AUTONOMOUS, 'again'))).request.state).not.toBe('denied');
  });

  test('a lockdown that was sent cannot be called back', async () => {
    const of = await makeWallet(world);
    await arm(world, of);
    must(await lockDown(of));
    world.chain.setWeather('drop');
    await runLockdown(world.deps, of.wallet.id).catch(() => undefined);
    world.chain.setWeather('fair');
    expect(await unfreezeAs(world, of)).toMatchObject({ ok: false, error: { code: 'chain_differs' } });
    expect(await stateOf(world, of)).toBe('frozen');
  });

  test('nodes that do not answer or disagree: it waits and is tried again, and no kit is given up', async () => {
    const of = await makeWallet(world);
    await arm(world, of);
    must(await lockDown(of));
    world.chain.setReachable(false);
    await expect(runLockdown(world.deps, of.wallet.id)).rejects.toThrow();
    world.chain.setReachable(true);
    world.chain.setNodesDisagree(true);
    await expect(runLockdown(world.deps, of.wallet.id)).rejects.toThrow();
    world.chain.setNodesDisagree(false);
    world.keys.setReachable(false);
    await expect(runLockdown(world.deps, of.wallet.id)).rejects.toThrow();
    world.keys.setReachable(true);
    expect(await statesOf(world, of.wallet.id)).toEqual(['called']);
    await runLockdown(world.deps, of.wallet.id);
    expect(await limitsOf(of)).toBe(0);
  });
});

describe('INVARIANT I7: an attacker who writes to the database', () => {
  const sentOnChain = async (of: TestWallet): Promise<readonly string[]> =>
    must(await world.chain.listTransactions(of.wallet.multisig, 'beginning', 100)).map(({ signature }) => signature);

  test('cannot have a payment sent in the place of a lockdown', async () => {
    const of = await makeWallet(world);
    await arm(world, of);
    const before = await sentOnChain(of);
    const [limit] = must(await world.chain.readWallet(of.wallet.multisig))?.limits ?? [];
    const built = must(
      await world.chain.buildTransaction({
        route: 'autonomous',
        addresses: of.wallet,
        payment: { asset: 'SOL' as never, amount: 50n, recipient: of.merchant, memo: null },
        spendingLimit: limit?.spendingLimit ?? of.wallet.vault,
      }),
    );
    must(await lockDown(of));
    await tamper('UPDATE kits SET message = $2 WHERE wallet_id = $1', [of.wallet.id, built.bytes]);
    await runLockdown(world.deps, of.wallet.id).catch(() => undefined);
    expect(await sentOnChain(of)).toEqual(before);
    expect(await statesOf(world, of.wallet.id)).toEqual(['stale']);
    expect(toldOf(world, of)).toEqual(expect.arrayContaining(['kit.refused', 'lockdown.unavailable']));
  });

  test('cannot have a change of settings sent, though the owner signed it once and the signer seals what it is given', async () => {
    const of = await makeWallet(world);
    await arm(world, of);
    const [kit] = await kitsOf(world, of.wallet.id);
    const found = must(await world.chain.readWallet(of.wallet.multisig));
    if (!kit || !found) throw new Error('an armed wallet');
    const { owner, feeAccount } = of.wallet;
    const wanted = { owner, agent: createTestKey().address, feeAccount, limits: [] };
    const [change] = must(await world.chain.changeSettings({ addresses: of.wallet, found, wanted }));
    if (!change) throw new Error('a change');
    const sealed = must(await world.keys.sealBytes({ walletId: of.wallet.id, label: `kit ${kit.id}`, bytes: of.owner.sign(change.bytes) }));
    must(await lockDown(of));
    await tamper('UPDATE kits SET message = $2, sealed_signature = $3 WHERE wallet_id = $1', [of.wallet.id, change.bytes, sealed]);
    await runLockdown(world.deps, of.wallet.id).catch(() => undefined);
    expect(must(await world.chain.readWallet(of.wallet.multisig))?.members).toEqual(found.members);
    expect([await limitsOf(of), await statesOf(world, of.wallet.id)]).toEqual([1, ['stale']]);
  });

  test("cannot have another wallet's kit, limits that its record does not tell, or another's sealed signature used", async () => {
    const victim = await makeWallet(world);
    const other = await makeWallet(world);
    for (const each of [victim, other]) await arm(world, each);
    const [foreign] = await kitsOf(world, other.wallet.id);
    for (const [column, value] of [
      ['message', foreign?.message],
      ['limits', JSON.stringify([createTestKey().address])],
      ['sealed_signature', foreign?.sealedSignature],
    ] as const) {
      const of = column === 'message' ? victim : await makeWallet(world);
      if (of !== victim) await arm(world, of);
      must(await lockDown(of));
      await tamper(`UPDATE kits SET ${column} = $2 WHERE wallet_id = $1`, [of.wallet.id, value]);
      await runLockdown(world.deps, of.wallet.id).catch(() => undefined);
      expect([column, await limitsOf(of), await limitsOf(other)]).toEqual([column, 1, 1]);
      expect(await stateOf(world, of)).toBe('frozen');
    }
  });
});

function simulate(wallet: Wallet, message: Uint8Array): ReturnType<World['chain']['simulateTransaction']> {
  return world.chain.simulateTransaction(message, { addresses: wallet, candidateRecipients: [], assets: [] });
}

/** A queue that takes no job. */
function withStuckQueue(): Dependencies {
  return withQueue(() => Promise.reject(new Error('the queue is stuck')));
}

function withQueue(enqueue: (job: unknown) => Promise<void>): Dependencies {
  const { database } = world.deps;
  const other: Dependencies['database'] = {
    ...database,
    transact: (work, options) => database.transact(async (tx) => work({ ...tx, jobs: { enqueue } }), options),
  };
  return { ...world.deps, database: other };
}
