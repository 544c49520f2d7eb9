import { advanceAttempts, approve, decideAgain, ok, prepareApproval, type RequestId } from '@countersign/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  AUTONOMOUS,
  approvalOf,
  approveAs,
  budgetOf,
  CEILING,
  drive,
  makeWallet,
  must,
  pay,
  readRequest,
  startWorld,
  type TestWallet,
  type World,
} from './world.ts';

let world: World;
let of: TestWallet;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(async () => {
  of = await makeWallet(world);
  world.chain.setLanding('held');
  world.chain.setFinality({ confirmed: 1n, finalized: 20n });
});
afterAll(async () => {
  await world.close();
});

const ask = (amount: bigint, key: string) => pay(world, of, amount, key);
async function look(id: RequestId): Promise<{ readonly state: string; readonly attempts: readonly string[] }> {
  const attempts = must(await world.deps.database.transact(async (tx) => ok(await tx.attempts.ofRequest(id))));
  await advanceAttempts(
    world.deps,
    attempts.map((attempt) => attempt.id),
  );
  return read(id);
}
const read = (id: RequestId) => readRequest(world, id);
const produce = (): void => world.chain.produceBlock(world.chain.pending());
/** Puts the chain back to how the other tests find it. */
const calm = (): void => {
  world.chain.setLanding('at_once');
  world.chain.setFinality({ confirmed: 0n, finalized: 0n });
  world.chain.setNodes([0n]);
};

describe('INVARIANT I3, I4: what the chain takes back', () => {
  test('a fork drops a confirmed payment, which lands again: once, and settled once', async () => {
    const { id } = await ask(AUTONOMOUS, 'fork');
    produce();
    world.chain.mine(2n);
    expect((await look(id)).state).toBe('confirmed');
    world.chain.fork(3n, () => true);
    expect((await look(id)).state).toBe('submitted');
    expect(await budgetOf(world, of.wallet.id)).toEqual({ reserved: AUTONOMOUS, settled: 0n });
    produce();
    world.chain.mine(40n);
    expect(await look(id)).toEqual({ state: 'finalized', attempts: ['finalized'] });
    calm();
    expect(world.chain.balance(of.merchant)).toBe(AUTONOMOUS);
    expect(await budgetOf(world, of.wallet.id)).toEqual({ reserved: 0n, settled: AUTONOMOUS });
  });

  test('a fork drops a confirmed payment for good: its reservation is held until the height proves it, then it is tried anew', async () => {
    const { id } = await ask(AUTONOMOUS, 'lost');
    produce();
    world.chain.mine(2n);
    expect((await look(id)).state).toBe('confirmed');
    world.chain.fork(3n, () => true);
    world.chain.setWeather('drop');
    world.chain.mine(140n);
    expect((await look(id)).state).not.toBe('received');
    expect(await budgetOf(world, of.wallet.id)).toEqual({ reserved: AUTONOMOUS, settled: 0n });
    world.chain.mine(60n);
    world.chain.setWeather('fair');
    expect(await look(id)).toEqual({ state: 'received', attempts: ['expired'] });
    calm();
    await decideAgain(world.deps, id);
    await drive(world.deps);
    expect(await read(id)).toEqual({ state: 'finalized', attempts: ['expired', 'finalized'] });
    expect(world.chain.balance(of.merchant)).toBe(AUTONOMOUS);
  });

  test('"not found" for something that lands later is no proof', async () => {
    const { id } = await ask(AUTONOMOUS, 'late');
    for (let turn = 0; turn < 5; turn += 1) {
      world.chain.mine(20n);
      expect((await look(id)).attempts).toEqual(['submitted']);
    }
    produce();
    world.chain.mine(40n);
    expect((await look(id)).state).toBe('finalized');
    calm();
    expect(world.chain.balance(of.merchant)).toBe(AUTONOMOUS);
  });

  test('one finality told three times, by jobs at once, settles once', async () => {
    const { id } = await ask(AUTONOMOUS, 'twice');
    produce();
    world.chain.mine(40n);
    await Promise.all([look(id), look(id), look(id)]);
    calm();
    expect(await budgetOf(world, of.wallet.id)).toEqual({ reserved: 0n, settled: AUTONOMOUS });
  });

  test('a node behind the others proves nothing by what it has not seen', async () => {
    const { id } = await ask(AUTONOMOUS, 'behind');
    produce();
    world.chain.mine(170n);
    world.chain.setNodes([169n]);
    expect((await look(id)).attempts).not.toContain('expired');
    world.chain.setNodes([0n]);
    expect((await look(id)).state).toBe('finalized');
    calm();
  });

  test("a blockhash that runs out in the owner's hands leads to fresh bytes to sign, never to a resend", async () => {
    calm();
    const { id } = await ask(CEILING, 'owner');
    const approval = await approvalOf(world, id);
    const prepared = must(await prepareApproval(world.deps, { approvalId: approval.id, actor: 'test' }));
    world.chain.mine(400n);
    const late = await approve(world.deps, {
      approvalId: approval.id,
      statementSignature: null,
      newOwnerSignature: null,
      messageSignatures: prepared.attempts.map(({ message }) => of.owner.sign(message)),
    });
    expect(late).toMatchObject({ ok: false, error: { code: 'approval_denied' } });
    expect((await read(id)).state).toBe('awaiting_owner');
    must(await approveAs(world.deps, approval.id, of.owner));
    await drive(world.deps);
    expect((await read(id)).state).toBe('finalized');
    expect(world.chain.balance(of.merchant)).toBe(CEILING);
  });
});
