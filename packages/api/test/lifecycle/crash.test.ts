import { type ApprovalId, type Dependencies, decideAgain, proposeTransaction, type RequestId, releasePayment } from '@countersign/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkBooks, comeToRest, everyPoint } from './every-point.ts';
import {
  AUTONOMOUS,
  approvalOf,
  approveAs,
  CEILING,
  DELAYED,
  drive,
  endDelay,
  makeWallet,
  must,
  payment,
  SLOWLY,
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

const ask = (deps: Dependencies, of: TestWallet, amount: bigint, key: string) => proposeTransaction(deps, payment(of, amount, key));

describe('the process dies at every port call (INVARIANT I2, I3, I4)', () => {
  test('of a payment that the agent makes alone: it lands once or never, and the same key never pays twice', async () => {
    const calls = await everyPoint(
      world,
      (deps, of) => ask(deps, of, AUTONOMOUS, 'one'),
      async () => undefined,
      async (of) => {
        // The agent tries again at once, beside the job.
        const [again] = await Promise.all([ask(world.deps, of, AUTONOMOUS, 'one'), drive(world.deps)]);
        expect(again.ok).toBe(true);
        await comeToRest(world);
        expect(await checkBooks(world, of, AUTONOMOUS)).toBe(AUTONOMOUS);
      },
    );
    expect(calls).toBeGreaterThan(8);
  });

  test('of a payment that the agent makes alone and nobody asks for again: the job alone ends it', async () => {
    await everyPoint(
      world,
      (deps, of) => ask(deps, of, AUTONOMOUS, 'one'),
      async () => undefined,
      async (of) => {
        await comeToRest(world);
        await checkBooks(world, of, AUTONOMOUS);
      },
    );
  });

  test('of a countersignature: it lands once, or comes back to the owner, who can then sign it', async () => {
    const waiting = new Map<string, { readonly approval: ApprovalId; readonly request: RequestId }>();
    const calls = await everyPoint(
      world,
      async (deps, of) => approveAs(deps, waiting.get(of.wallet.id)?.approval ?? ('' as ApprovalId), of.owner),
      async (of) => {
        const { request } = must(await ask(world.deps, of, CEILING, 'large'));
        expect(request.state).toBe('awaiting_owner');
        const approval = await approvalOf(world, request.id);
        waiting.set(of.wallet.id, { approval: approval.id, request: request.id });
      },
      async (of) => {
        await comeToRest(world);
        const landed = await checkBooks(world, of, CEILING);
        const { approval } = waiting.get(of.wallet.id) ?? {};
        if (landed === 0n && approval) must(await approveAs(world.deps, approval, of.owner));
        await comeToRest(world);
        expect(await checkBooks(world, of, CEILING)).toBe(CEILING);
      },
    );
    expect(calls).toBeGreaterThan(12);
  }, 120_000);

  test('of the release of a delayed payment: it goes once, whoever takes it up', async () => {
    const waiting = new Map<string, ApprovalId>();
    const calls = await everyPoint(
      world,
      (deps, of) => releasePayment(deps, waiting.get(of.wallet.id) ?? ('' as ApprovalId)),
      async (of) => {
        const { request } = must(await ask(world.deps, of, DELAYED, 'slow'));
        const approval = await approvalOf(world, request.id);
        waiting.set(of.wallet.id, approval.id);
        await endDelay(world, approval);
      },
      async (of) => {
        await comeToRest(world);
        expect(await checkBooks(world, of, DELAYED)).toBe(DELAYED);
      },
      SLOWLY,
    );
    expect(calls).toBeGreaterThan(8);
  }, 120_000);

  test('of another decision on a payment that could not land: it lands once', async () => {
    const lost = new Map<string, RequestId>();
    const calls = await everyPoint(
      world,
      (deps, of) => decideAgain(deps, lost.get(of.wallet.id) ?? ('' as RequestId)),
      async (of) => {
        world.chain.setWeather('drop');
        const { request } = must(await ask(world.deps, of, AUTONOMOUS, 'one'));
        lost.set(of.wallet.id, request.id);
        await comeToRest(world);
        world.chain.setWeather('fair');
      },
      async (of) => {
        await Promise.all([decideAgain(world.deps, lost.get(of.wallet.id) ?? ('' as RequestId)), drive(world.deps)]);
        await comeToRest(world);
        await decideAgain(world.deps, lost.get(of.wallet.id) ?? ('' as RequestId));
        await comeToRest(world);
        expect(await checkBooks(world, of, AUTONOMOUS)).toBe(AUTONOMOUS);
      },
    );
    expect(calls).toBeGreaterThan(8);
  }, 120_000);

  test.each(['drop', 'lose_answer'] as const)('while the chain does %s: the outcome is proven, not guessed', async (weather) => {
    const of = await makeWallet(world);
    world.chain.setWeather(weather);
    must(await ask(world.deps, of, AUTONOMOUS, 'one'));
    world.chain.setWeather('fair');
    await comeToRest(world);
    expect(await checkBooks(world, of, AUTONOMOUS)).toBe(AUTONOMOUS);
  });
});
