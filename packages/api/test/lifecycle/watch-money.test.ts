import { NATIVE_ASSET, ok, proposeTransaction, tokenAsset, watchWallets } from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stateOf, TWO_ASSETS, toldOf, USDC, watch } from './stopping-world.ts';
import { AUTONOMOUS, drive, makeWallet, must, pay, payment, readWallet, startWorld, type TestWallet, type World } from './world.ts';

const token = tokenAsset(USDC as never);
let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.chain.addAsset(token, 6);
});
afterAll(async () => {
  await world.close();
});

const thief = createTestKey().address;
const reasonOf = async (of: TestWallet): Promise<string | null> => (await readWallet(world.deps, of.wallet.id)).frozenReason;
const markOf = async (of: TestWallet) =>
  must(await world.deps.database.read(async (reader) => ok(await reader.watchMarks.get(of.wallet.id))));

describe('INVARIANT I11: money that left by none of our transactions', () => {
  test.each([
    ['of the native asset', NATIVE_ASSET],
    ['of a token', token],
  ])('%s: frozen, with the transaction that took it', async (_, asset) => {
    const of = await makeWallet(world, TWO_ASSETS);
    world.chain.fund(of.wallet.vault, 1_000n, token);
    await watch(world, 2);
    const taken = world.chain.takeMoney(of.wallet.vault, 7n, thief, asset);
    await watch(world, 2);
    expect(await stateOf(world, of)).toBe('frozen');
    expect(await reasonOf(of)).toContain(`transaction ${taken} took 7 of ${asset}`);
    expect(toldOf(world, of)).toEqual(['wallet.frozen', 'chain.drifted']);
    // Told once.
    await watch(world, 3);
    expect(toldOf(world, of)).toEqual(['wallet.frozen', 'chain.drifted']);
  });

  test('our own payments freeze nothing, however many and whenever they are looked at', async () => {
    const of = await makeWallet(world);
    await watch(world);
    for (let each = 0; each < 4; each += 1) {
      await pay(world, of, AUTONOMOUS, `pay ${each}`);
      await watch(world, each % 2);
    }
    await drive(world.deps);
    await watch(world, 3);
    expect([await stateOf(world, of), toldOf(world, of)]).toEqual(['active', []]);
  });

  test('a payment that nobody wrote the end of yet is ours all the same (INVARIANT I2: its signature was persisted first)', async () => {
    const of = await makeWallet(world);
    await watch(world);
    world.chain.setWeather('lose_answer');
    await proposeTransaction(world.deps, payment(of, AUTONOMOUS, 'lost'));
    world.chain.setWeather('fair');
    await watch(world, 3);
    expect(await stateOf(world, of)).toBe('active');
  });

  test('a thief between our own payments is seen', async () => {
    const of = await makeWallet(world);
    await watch(world);
    await pay(world, of, AUTONOMOUS, 'a');
    world.chain.takeMoney(of.wallet.vault, 1n, thief);
    await pay(world, of, AUTONOMOUS, 'b');
    await watch(world, 2);
    expect(await stateOf(world, of)).toBe('frozen');
  });

  test('money that comes in is nothing (ATTACKS 269)', async () => {
    const of = await makeWallet(world);
    await watch(world);
    world.chain.fund(of.wallet.vault, 5n);
    await watch(world, 2);
    expect([await stateOf(world, of), toldOf(world, of)]).toEqual(['active', []]);
  });

  test('after downtime it goes on from the mark: what happened meanwhile is found', async () => {
    const of = await makeWallet(world);
    await watch(world);
    for (let each = 0; each < 3; each += 1) {
      await pay(world, of, 10n, `while away ${each}`);
      world.chain.mine(500n);
    }
    const taken = world.chain.takeMoney(of.wallet.vault, 3n, thief);
    world.chain.mine(5_000n);
    await pay(world, of, 10n, 'last');
    await watch(world, 2);
    expect(await reasonOf(of)).toContain(taken);
  });

  test('a new wallet begins with now: what was before is not looked into', async () => {
    const of = await makeWallet(world);
    world.chain.takeMoney(of.wallet.vault, 3n, thief);
    await watch(world, 3);
    expect(await stateOf(world, of)).toBe('active');
  });

  test('a fall that no list of transactions tells (pruned, or held back) is found in the balance', async () => {
    const of = await makeWallet(world);
    await watch(world);
    await pay(world, of, AUTONOMOUS, 'ours');
    await watch(world, 2);
    world.chain.takeMoney(of.wallet.vault, 9n, thief);
    const deaf = {
      ...world,
      deps: {
        ...world.deps,
        chain: {
          ...world.deps.chain,
          listTransactions: async (...input: Parameters<World['chain']['listTransactions']>) => {
            const listed = await world.chain.listTransactions(...input);
            if (!listed.ok) return listed;
            const known = must(
              await world.deps.database.read(async (reader) =>
                ok(
                  await reader.attempts.ofSignatures(
                    of.wallet.id,
                    listed.value.map(({ signature }) => signature),
                  ),
                ),
              ),
            );
            return ok(listed.value.filter(({ signature }) => known.some((attempt) => attempt.signature === signature)));
          },
        },
      },
    };
    await watch(deaf, 2);
    expect(await reasonOf(of)).toContain("the vault's balance of SOL fell from");
  });

  test('a finalized transaction that cannot be read is not passed over', async () => {
    const of = await makeWallet(world);
    await watch(world);
    const taken = world.chain.takeMoney(of.wallet.vault, 4n, thief);
    const deaf = { ...world, deps: { ...world.deps, chain: { ...world.deps.chain, getTransaction: async () => ok(null) } } };
    const before = await markOf(of);
    await watch(deaf, 3);
    expect((await markOf(of))?.newest).toEqual(before?.newest);
    expect(toldOf(world, of)).toContain('chain.unwatched');
    await watch(world, 2);
    expect(await reasonOf(of)).toContain(taken);
  });
});

describe('INVARIANT I11: who has a say over the token accounts of the vault', () => {
  const give = (
    of: TestWallet,
    change: { readonly owner?: typeof thief; readonly delegate?: typeof thief; readonly closeAuthority?: typeof thief },
  ): void =>
    world.chain.setTokenAuthorities(of.wallet.vault, token, { owner: of.wallet.vault, delegate: null, closeAuthority: null, ...change });
  async function holder(): Promise<TestWallet> {
    const of = await makeWallet(world, TWO_ASSETS);
    world.chain.fund(of.wallet.vault, 1_000n, token);
    return of;
  }

  test.each([
    ['a delegate (ATTACKS 58)', { delegate: thief }, 'has the delegate'],
    ['another owner (ATTACKS 61, 91)', { owner: thief }, 'is owned by'],
    ['a close authority (ATTACKS 62)', { closeAuthority: thief }, 'can be closed by'],
  ])('%s that comes later: frozen', async (_, change, words) => {
    const of = await holder();
    await watch(world);
    expect(await stateOf(world, of)).toBe('active');
    give(of, change);
    await watch(world, 2);
    expect(await reasonOf(of)).toContain(words);
  });

  test('nobody freezes a wallet by giving it an account that they may close', async () => {
    const of = await makeWallet(world, TWO_ASSETS);
    await watch(world);
    give(of, { closeAuthority: thief });
    await watch(world, 4);
    expect(await stateOf(world, of)).toBe('active');
  });
});

describe('beside other replicas', () => {
  test('two watchers at once: one freeze, one alert, one mark', async () => {
    const of = await makeWallet(world);
    await watch(world);
    world.chain.takeMoney(of.wallet.vault, 2n, thief);
    await watch(world);
    world.chain.mine(1n);
    await Promise.all([watchWallets(world.deps, null), watchWallets(world.deps, null)]);
    await watch(world, 2);
    expect(toldOf(world, of)).toEqual(['wallet.frozen', 'chain.drifted']);
  });
});
