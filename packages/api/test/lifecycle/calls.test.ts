import { type Address, prepareApproval, proposeTransaction, type RequestId, type TransactionRequest } from '@countersign/core';
import { createTestKey, encodeFakeCall } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  AUTONOMOUS,
  approvalOf,
  approveAs,
  budgetOf,
  drive,
  makeWallet,
  must,
  readRequest,
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

const PROGRAM = createTestKey().address;
const TABLE = createTestKey().address;
const TRADES = { programs: [{ program: PROGRAM, label: 'Exchange', instructions: [{ name: 'swap', discriminator: '01' }] }] };

const swap = (
  spends: bigint,
  change: { readonly data?: string; readonly tables?: readonly Address[]; readonly slackPercent?: number } = {},
) =>
  encodeFakeCall({
    program: PROGRAM,
    data: '01ff',
    transfer: null,
    spends: [{ asset: SOL, amount: spends.toString() }],
    gets: [],
    slackPercent: 0,
    tables: [],
    ...change,
  });

async function ask(of: TestWallet, message: Uint8Array, key: string): Promise<TransactionRequest> {
  const { request } = must(
    await proposeTransaction(world.deps, {
      walletId: of.wallet.id,
      action: { kind: 'call', message },
      credential: of.agent,
      idempotencyKey: key,
      fingerprint: key,
    }),
  );
  return request;
}
const stateOf = async (id: RequestId): Promise<string> => (await readRequest(world, id)).state;

describe("an agent's own message", () => {
  test('that is nothing but a payment is paid like one, under the same limits', async () => {
    const of = await makeWallet(world);
    const transfer = { asset: SOL, amount: AUTONOMOUS.toString(), recipient: of.merchant, memo: null };
    const message = encodeFakeCall({ program: PROGRAM, data: '', transfer, spends: [], gets: [], slackPercent: 0, tables: [] });
    for (let index = 0; index < 6; index += 1) {
      const { state, route } = await ask(of, message, `k${index}`);
      expect([state, route]).toEqual(index < 5 ? ['submitted', 'autonomous'] : ['awaiting_owner', 'countersigned']);
    }
    await drive(world.deps);
    expect(world.chain.balance(of.merchant)).toBe(5n * AUTONOMOUS);
  });

  test('that calls a listed program needs the owner, whatever it spends, and what it really spent is settled', async () => {
    const of = await makeWallet(world, TRADES);
    const { id, state } = await ask(of, swap(1n), 'one');
    expect(state).toBe('awaiting_owner');
    must(await approveAs(world.deps, (await approvalOf(world, id)).id, of.owner));
    await drive(world.deps);
    expect(await stateOf(id)).toBe('finalized');
    expect(await budgetOf(world, of.wallet.id)).toEqual({ reserved: 0n, settled: 1n });
  });

  test('INVARIANT I5: that calls another program, or another instruction, is denied', async () => {
    const of = await makeWallet(world, TRADES);
    const plain = await makeWallet(world);
    expect((await ask(of, swap(1n, { data: '02' }), 'other instruction')).state).toBe('denied');
    expect((await ask(plain, swap(1n), 'no list')).state).toBe('denied');
    expect((await ask(of, Uint8Array.of(1, 2, 3), 'no message')).state).toBe('denied');
  });

  test('INVARIANT I4: what the simulation shows to leave counts against every limit', async () => {
    const of = await makeWallet(world, TRADES);
    expect((await ask(of, swap(1_001n), 'over the ceiling')).state).toBe('denied');
  });

  test('INVARIANT I6: a lookup table that changed since voids the approval', async () => {
    const of = await makeWallet(world, TRADES);
    const [first, second] = [createTestKey().address, createTestKey().address];
    world.chain.setTable(TABLE, [first]);
    const { id, state } = await ask(of, swap(1n, { tables: [TABLE] }), 'table');
    expect(state).toBe('awaiting_owner');
    const approval = await approvalOf(world, id);
    must(await prepareApproval(world.deps, { approvalId: approval.id, actor: 'test' }));
    world.chain.setTable(TABLE, [second]);
    expect(await approveAs(world.deps, approval.id, of.owner)).toMatchObject({ ok: false, error: { code: 'lookup_changed' } });
    expect([await stateOf(id), (await approvalOf(world, id)).state]).toEqual(['cancelled', 'void']);
    expect(await approveAs(world.deps, approval.id, of.owner)).toMatchObject({ ok: false, error: { code: 'approval_not_waiting' } });
  });
});
