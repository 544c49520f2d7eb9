import { type ApprovalId, type Dependencies, proposeOwnerReplacement, proposeRevocation, proposeRotation } from '@countersign/core';
import { createTestKey, type TestKey } from '@countersign/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { comeToRest, everyPoint } from './every-point.ts';
import { advance, again, approvalNow, expectInStep, fairWeather, keysOf, onChain } from './key-world.ts';
import { AUTONOMOUS, approveAs, drive, must, pay, readRequest, readWallet, startWorld, type TestWallet, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});
afterEach(() => fairWeather(world));

const waiting = new Map<string, ApprovalId>();
const waitingOf = (of: TestWallet): ApprovalId => {
  const id = waiting.get(of.wallet.id);
  if (id === undefined) throw new Error('nothing waits');
  return id;
};
/** The owner signs, and the jobs do all the rest, in the process that dies. */
const carryOut = async (deps: Dependencies, of: TestWallet, newOwner: TestKey | null = null): Promise<void> => {
  const id = waitingOf(of);
  await approveAs(deps, id, of.owner, newOwner);
  await advance(deps, world.deps, id);
};
/** Lets it come to its end, signing again what came back, beside another replica. */
const seeThrough = async (of: TestWallet, newOwner: TestKey | null = null): Promise<void> => {
  const id = waitingOf(of);
  await Promise.all([drive(world.deps), drive(world.deps)]);
  await comeToRest(world);
  if ((await approvalNow(world, id)).state === 'waiting') must(await approveAs(world.deps, id, of.owner, newOwner));
  await comeToRest(world);
  expect((await approvalNow(world, id)).state).toBe('done');
};

describe('the process dies at every port call (INVARIANT I2, I3, I8)', () => {
  test.each([
    ['in one transaction', Number.POSITIVE_INFINITY, false],
    ['in one transaction a part', 1, false],
    ['after a proposal was cancelled', Number.POSITIVE_INFINITY, true],
  ])(
    'of a rotation %s: one key takes the other’s place, whole',
    async (_how, room, drains) => {
      world.chain.setMessageRoom(room);
      const calls = await everyPoint(
        world,
        carryOut,
        async (of) => {
          if (drains) world.chain.leaveProposal(of.wallet.multisig, 'approved');
          const { id } = must(await proposeRotation(world.deps, { walletId: of.wallet.id, reason: 'manual', actor: 'test' }));
          waiting.set(of.wallet.id, id);
        },
        async (of) => {
          await seeThrough(of);
          const wallet = await expectInStep(world, of.wallet.id);
          expect(wallet.agent).not.toBe(of.wallet.agent);
          expect((await onChain(world, wallet)).proposals).toEqual([]);
          expect(await keysOf(world, wallet.id)).toEqual(['agent active', 'agent destroyed', 'owner active']);
          const request = await pay(world, await again(world, of), AUTONOMOUS, 'after');
          await drive(world.deps);
          expect((await readRequest(world, request.id)).state).toBe('finalized');
        },
      );
      world.chain.setMessageRoom(Number.POSITIVE_INFINITY);
      expect(calls).toBeGreaterThan(15);
    },
    600_000,
  );

  test('of a proposal of a rotation: proposed again it is one, with the key that was made', async () => {
    await everyPoint(
      world,
      (deps, of) => proposeRotation(deps, { walletId: of.wallet.id, reason: 'manual', actor: 'test' }),
      async () => undefined,
      async (of) => {
        const { id } = must(await proposeRotation(world.deps, { walletId: of.wallet.id, reason: 'manual', actor: 'test' }));
        expect(await keysOf(world, of.wallet.id)).toEqual(['agent active', 'agent generating', 'owner active']);
        must(await approveAs(world.deps, id, of.owner));
        await drive(world.deps);
        await expectInStep(world, of.wallet.id);
      },
    );
  }, 300_000);

  test('of a replacement of the owner key: one owner takes the other’s place, whole', async () => {
    const next = new Map<string, TestKey>();
    const nextOf = (of: TestWallet): TestKey => {
      const key = next.get(of.wallet.id);
      if (key === undefined) throw new Error('no next owner');
      return key;
    };
    const calls = await everyPoint(
      world,
      (deps, of) => carryOut(deps, of, nextOf(of)),
      async (of) => {
        const key = createTestKey();
        next.set(of.wallet.id, key);
        const input = { walletId: of.wallet.id, owner: key.address, consentOf: 'owner', actor: 'test' } as const;
        waiting.set(of.wallet.id, must(await proposeOwnerReplacement(world.deps, input)).id);
      },
      async (of) => {
        await seeThrough(of, nextOf(of));
        const wallet = await expectInStep(world, of.wallet.id);
        expect(wallet.owner).toBe(nextOf(of).address);
        expect(await keysOf(world, wallet.id)).toEqual(['agent active', 'owner active', 'owner revoked']);
      },
    );
    expect(calls).toBeGreaterThan(15);
  }, 300_000);

  test('of a revocation: the limits are gone and the key is wiped', async () => {
    const calls = await everyPoint(
      world,
      carryOut,
      async (of) => {
        waiting.set(of.wallet.id, must(await proposeRevocation(world.deps, { walletId: of.wallet.id, actor: 'test' })).id);
      },
      async (of) => {
        await seeThrough(of);
        expect(await readWallet(world.deps, of.wallet.id)).toMatchObject({ state: 'frozen', rekeyingBy: null });
        expect((await onChain(world, of.wallet)).limits).toEqual([]);
        expect(await keysOf(world, of.wallet.id)).toEqual(['agent destroyed', 'owner active']);
        expect((await world.keys.getAgentPublicKey(of.wallet.id)).ok).toBe(false);
      },
    );
    expect(calls).toBeGreaterThan(12);
  }, 300_000);
});
