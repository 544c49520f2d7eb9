import { type Dependencies, lockDownWallet, runLockdown } from '@countersign/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { arm, auditOf, statesOf } from './stopping-world.ts';
import { makeWallet, must, startWorld, type TestWallet, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});

const lockDown = (of: TestWallet) => lockDownWallet(world.deps, { walletId: of.wallet.id, reason: 'test', actor: 'test' });
const limitsOf = async ({ wallet }: TestWallet): Promise<number> =>
  must(await world.chain.readWallet(wallet.multisig))?.limits.length ?? -1;

describe('INVARIANT I2, I10: a crash at any step', () => {
  /** Stops at the n-th call of the services that leave the process, before it or after. */
  function mortal(dieAt: number, when: 'before' | 'after'): Dependencies {
    let calls = 0;
    const wrap = <Port extends object>(port: Port, methods: readonly (keyof Port)[]): Port => {
      const wrapped = { ...port };
      for (const method of methods) {
        const original = port[method] as unknown as (...input: readonly unknown[]) => Promise<unknown>;
        const call = async (...input: readonly unknown[]): Promise<unknown> => {
          calls += 1;
          const dies = calls === dieAt;
          if (dies && when === 'before') throw new Error('killed');
          const answer = await original(...input);
          if (dies) throw new Error('killed');
          return answer;
        };
        Object.assign(wrapped, { [method]: call });
      }
      return wrapped;
    };
    const { deps } = world;
    return {
      ...deps,
      database: wrap(deps.database, ['transact', 'read']),
      chain: wrap(deps.chain, ['submitTransaction', 'readWallet', 'readNonceAccounts', 'getTransactionStatus', 'simulateTransaction']),
      keys: wrap(deps.keys, ['openBytes', 'signWithFeeKey']),
    };
  }

  test.each(['before', 'after'] as const)('killed %s every call, and run again: the limits are gone, by one transaction', async (when) => {
    let deaths = 0;
    for (let dieAt = 1; dieAt < 40; dieAt += 1) {
      const of = await makeWallet(world);
      await arm(world, of);
      must(await lockDown(of));
      const before = must(await world.chain.listTransactions(of.wallet.multisig, 'beginning', 100)).length;
      const died = await runLockdown(mortal(dieAt, when), of.wallet.id).then(
        () => false,
        (error: Error) => error.message === 'killed',
      );
      await runLockdown(world.deps, of.wallet.id);
      expect([await limitsOf(of), await statesOf(world, of.wallet.id)]).toEqual([0, ['used']]);
      expect(must(await world.chain.listTransactions(of.wallet.multisig, 'beginning', 100))).toHaveLength(before + 1);
      expect((await auditOf(world, of.wallet.id)).filter(({ action }) => action === 'wallet.locked_down')).toHaveLength(1);
      if (!died) break;
      deaths += 1;
    }
    expect(deaths).toBeGreaterThan(10);
  });
});
