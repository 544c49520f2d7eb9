import type { WalletOnChain } from '@countersign/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { stateOf, toldOf, watch } from './stopping-world.ts';
import { makeWallet, startWorld, type TestWallet, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});
beforeEach(() => {
  world.chain.setReachable(true);
  world.chain.setNodesDisagree(false);
  world.chain.setLie(null);
  world.chain.setNodes([0n]);
});

const lie = (wallet: WalletOnChain): WalletOnChain => ({ ...wallet, threshold: 1 });
const drift = (of: TestWallet): void => world.chain.alterWallet(of.wallet.multisig, lie);
const states = (wallets: readonly TestWallet[]): Promise<readonly string[]> => Promise.all(wallets.map((of) => stateOf(world, of)));
const fleet = (): Promise<readonly TestWallet[]> => Promise.all([makeWallet(world), makeWallet(world), makeWallet(world)]);

describe('INVARIANT I11: nodes that are away, behind, or lie', () => {
  test('a chain that cannot be asked freezes nothing, and people are told when it lasts', async () => {
    const wallets = await fleet();
    await watch(world);
    world.chain.setReachable(false);
    await watch(world, 2);
    expect(wallets.flatMap((of) => toldOf(world, of))).toEqual([]);
    await watch(world, 3);
    expect(wallets.flatMap((of) => toldOf(world, of))).toEqual(['chain.unwatched', 'chain.unwatched', 'chain.unwatched']);
    expect(await states(wallets)).toEqual(['active', 'active', 'active']);
  });

  test('a chain that cannot be asked from the first moment on is told of too', async () => {
    const of = await makeWallet(world);
    world.chain.setReachable(false);
    await watch(world, 3);
    expect(toldOf(world, of)).toEqual(['chain.unwatched']);
  });

  test('nodes that disagree freeze nothing, hide nothing for ever, and people are told', async () => {
    const wallets = await fleet();
    const [drifted] = wallets;
    await watch(world);
    if (drifted) drift(drifted);
    world.chain.setNodesDisagree(true);
    await watch(world, 4);
    expect(await states(wallets)).toEqual(['active', 'active', 'active']);
    for (const of of wallets) expect(toldOf(world, of)).toEqual(['chain.unwatched']);
    world.chain.setNodesDisagree(false);
    await watch(world, 2);
    expect(await states(wallets)).toEqual(['frozen', 'active', 'active']);
  });

  test('one lying node cannot freeze the fleet by a lie that it cannot keep up', async () => {
    const wallets = await fleet();
    await watch(world);
    for (let times = 0; times < 4; times += 1) {
      world.chain.setLie(lie);
      await watch(world);
      world.chain.setLie(null);
      await watch(world);
    }
    expect(await states(wallets)).toEqual(['active', 'active', 'active']);
    expect(wallets.flatMap((of) => toldOf(world, of))).toEqual([]);
  });

  test('a lie told twice at one slot is one lie', async () => {
    const of = await makeWallet(world);
    await watch(world);
    world.chain.setLie((wallet) => ({ ...lie(wallet), slot: wallet.slot }));
    await watch(world);
    const stuck = world.chain.heights().finalized;
    world.chain.setLie((wallet) => ({ ...lie(wallet), slot: stuck }));
    // The vault is read at later slots; what differs is told of the same one.
    await watch(world, 3);
    expect(await stateOf(world, of)).toBe('active');
  });

  test('a node that is behind does not hide drift, and its past is no drift', async () => {
    const [drifted, same] = await fleet();
    if (!drifted || !same) throw new Error('three wallets');
    await watch(world);
    world.chain.mine(600n);
    await watch(world);
    drift(drifted);
    // Of three nodes two are 500 slots behind; for each question one is drawn.
    world.chain.setNodes([0n, 500n, 500n]);
    for (let round = 0; round < 60 && (await stateOf(world, drifted)) === 'active'; round += 1) await watch(world);
    expect(await states([drifted, same])).toEqual(['frozen', 'active']);
  });

  test('a node that is behind for good is told of', async () => {
    const of = await makeWallet(world);
    world.chain.mine(600n);
    await watch(world);
    world.chain.setNodes([500n]);
    await watch(world, 3);
    expect([await stateOf(world, of), toldOf(world, of)]).toEqual(['active', ['chain.unwatched']]);
    world.chain.setNodes([0n]);
    drift(of);
    await watch(world, 2);
    expect(await stateOf(world, of)).toBe('frozen');
  });

  test('a part that cannot be read hides nothing that another part shows', async () => {
    const of = await makeWallet(world);
    await watch(world);
    drift(of);
    const deaf = {
      ...world.deps,
      chain: {
        ...world.deps.chain,
        readVault: async () => ({
          ok: false as const,
          error: { code: 'chain_unavailable' as const, problem: 'a vault with so many accounts' },
        }),
      },
    };
    await watch({ ...world, deps: deaf }, 2);
    expect(await stateOf(world, of)).toBe('frozen');
  });
});
