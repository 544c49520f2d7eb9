import { type Dependencies, ok, proposeTransaction, reconcile } from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditOf, signerState, stateOf, toldOf } from './stopping-world.ts';
import { AUTONOMOUS, CEILING, dependencies, drive, makeWallet, must, payment, startWorld, type TestWallet, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});

const ask = async (of: TestWallet, amount: bigint, key: string, recipient = of.merchant): Promise<string> =>
  must(await proposeTransaction(world.deps, payment(of, amount, key, recipient))).request.state;
const calledFor = async (of: TestWallet): Promise<readonly unknown[]> =>
  (await auditOf(world, of.wallet.id)).filter(({ action }) => action === 'key.called_for_rotation').map(({ details }) => details['reason']);

describe('INVARIANT I7: what a violation leads to is done, and told', () => {
  test('NOTIFY_OWNER and REQUIRE_OWNER_APPROVAL are told at once, and stop nothing', async () => {
    const of = await makeWallet(world);
    expect(await ask(of, CEILING + 1n, 'denied')).toBe('denied');
    expect(await ask(of, AUTONOMOUS + 1n, 'owner')).toBe('awaiting_owner');
    expect(toldOf(world, of)).toEqual(['request.denied', 'approval.waiting']);
    expect(await stateOf(world, of)).toBe('active');
  });

  test('FREEZE_AND_ALERT freezes, tells people and signer, and calls for another key', async () => {
    const of = await makeWallet(world, { denials: { seconds: 300, freezeAt: 1 } });
    await ask(of, 1n, 'probe', createTestKey().address);
    expect([await stateOf(world, of), await signerState(world, of)]).toEqual(['frozen', 'suspended']);
    expect(toldOf(world, of)).toEqual(['request.denied', 'wallet.frozen']);
    expect(await calledFor(of)).toEqual(['violation_attempts']);
  });

  test('EMERGENCY_LOCKDOWN with nothing armed: frozen all the same, and told that it cannot reach the chain', async () => {
    const of = await makeWallet(world, { denials: { seconds: 300, freezeAt: 1, lockdownAt: 1 } });
    await ask(of, 1n, 'probe', createTestKey().address);
    expect(await stateOf(world, of)).toBe('frozen');
    expect(toldOf(world, of)).toEqual(['request.denied', 'lockdown.unavailable', 'wallet.frozen']);
  });

  test('three failures in a row call for another key; one that lands between begins anew', async () => {
    const of = await makeWallet(world);
    await ask(of, CEILING + 1n, 'a');
    await ask(of, CEILING + 1n, 'b');
    await ask(of, 1n, 'lands');
    await drive(world.deps);
    await ask(of, CEILING + 1n, 'c');
    await ask(of, CEILING + 1n, 'd');
    expect(await calledFor(of)).toEqual([]);
    await ask(of, CEILING + 1n, 'e');
    expect(await calledFor(of)).toEqual(['failures_in_a_row']);
  });

  test('what a frozen wallet refuses calls for nothing', async () => {
    const of = await makeWallet(world, { denials: { seconds: 300, freezeAt: 1 } });
    for (const key of ['a', 'b', 'c', 'd', 'e']) await ask(of, 1n, key, createTestKey().address);
    expect(await calledFor(of)).toEqual(['violation_attempts']);
  });

  test('INVARIANT I11: a transaction that moved more than it was understood to move freezes, and calls for another key', async () => {
    const of = await makeWallet(world);
    const chain: Dependencies['chain'] = {
      ...world.chain,
      getTransaction: async (...input) => {
        const landed = await world.chain.getTransaction(...input);
        if (!landed.ok || landed.value === null) return landed;
        return ok({ ...landed.value, vaultOutflows: landed.value.vaultOutflows.map((each) => ({ ...each, amount: each.amount + 1n })) });
      },
    };
    await ask(of, AUTONOMOUS, 'more');
    await drive(dependencies({ ...world.deps, chain }));
    expect([await stateOf(world, of), await signerState(world, of)]).toEqual(['frozen', 'suspended']);
    expect(toldOf(world, of)).toEqual(['wallet.frozen']);
    expect(await calledFor(of)).toEqual(['anomaly']);
    await reconcile(world.deps);
    expect(await stateOf(world, of)).toBe('frozen');
  });
});
