import {
  callForRotation,
  KEY_LIFETIME_MS,
  KEY_REMINDER_MS,
  type KeyRole,
  listKeys,
  lookAfterKeys,
  ok,
  type RotationReason,
} from '@countersign/core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fairWeather, keysOf, liveKey, rotate } from './key-world.ts';
import { approveAs, drive, makeWallet, must, startWorld, type TestWallet, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});
afterEach(() => fairWeather(world));

/** Moves a key's due moment, and when it was last spoken of, by the database's own row. */
const setDue = async (of: TestWallet, role: KeyRole, inMs: number): Promise<void> => {
  const { id } = await liveKey(world, of.wallet.id, role);
  await world.sql.query("SET session_replication_role = 'replica'");
  await world.sql.query('UPDATE wallet_keys SET due_at_ms = $2, reminded_at_ms = NULL WHERE id = $1', [id, Date.now() + inMs]);
  await world.sql.query("SET session_replication_role = 'origin'");
};
const told = (of: TestWallet): readonly string[] =>
  world.alerts.filter(({ walletId, kind }) => walletId === of.wallet.id && kind.startsWith('key.')).map(({ kind }) => kind);
const waitingRotation = async (of: TestWallet) =>
  must(
    await world.deps.database.transact(async (tx) =>
      ok(
        (await tx.approvals.list({ walletId: of.wallet.id, state: 'waiting', kind: 'rotate_agent_key' }, { limit: 10, cursor: null })).map(
          ({ id, change }) => ({ id, reason: change?.reason }),
        ),
      ),
    ),
  );
const call = async (of: TestWallet, reason: RotationReason): Promise<boolean> =>
  must(await world.deps.database.transact(async (tx) => ok(await callForRotation(tx, of.wallet.id, reason))));

describe('due dates of keys', () => {
  test('a key is due after its lifetime, and nothing is said before the reminder', async () => {
    const of = await makeWallet(world);
    for (const role of ['agent', 'owner'] as const) {
      const { activatedAtMs, dueAtMs } = await liveKey(world, of.wallet.id, role);
      expect((dueAtMs ?? 0) - (activatedAtMs ?? 0)).toBe(KEY_LIFETIME_MS[role]);
    }
    await lookAfterKeys(world.deps);
    expect(told(of)).toEqual([]);
    expect(must(await listKeys(world.deps, of.wallet.id)).map(({ notice }) => notice)).toEqual(['none', 'none']);
  });

  test('people are reminded once a day and key, by one of the replicas; nothing is opened yet', async () => {
    const of = await makeWallet(world);
    await setDue(of, 'agent', KEY_REMINDER_MS - 60_000);
    await Promise.all([lookAfterKeys(world.deps), lookAfterKeys(world.deps), lookAfterKeys(world.deps)]);
    await lookAfterKeys(world.deps);
    expect(told(of)).toEqual(['key.due_soon']);
    expect(await waitingRotation(of)).toEqual([]);
    await setDue(of, 'agent', KEY_REMINDER_MS - 60_000);
    await lookAfterKeys(world.deps);
    expect(told(of)).toEqual(['key.due_soon', 'key.due_soon']);
  });

  test('an overdue agent key has its rotation opened, once; the owner signs it and it is over', async () => {
    const of = await makeWallet(world);
    await setDue(of, 'agent', -1);
    await Promise.all([lookAfterKeys(world.deps), lookAfterKeys(world.deps)]);
    await lookAfterKeys(world.deps);
    const [rotation, ...more] = await waitingRotation(of);
    expect(more).toEqual([]);
    expect(rotation?.reason).toBe('due');
    expect(told(of)).toEqual(['key.overdue']);
    if (rotation) must(await approveAs(world.deps, rotation.id, of.owner));
    await drive(world.deps);
    expect(await keysOf(world, of.wallet.id)).toEqual(['agent active', 'agent destroyed', 'owner active']);
    await lookAfterKeys(world.deps);
    expect(await waitingRotation(of)).toEqual([]);
  });

  test('an overdue owner key is warned of and nothing else', async () => {
    const of = await makeWallet(world);
    await setDue(of, 'owner', -1);
    await lookAfterKeys(world.deps);
    expect(told(of)).toEqual(['key.overdue']);
    expect(await waitingRotation(of)).toEqual([]);
  });

  test.each(['failures_in_a_row', 'violation_attempts', 'anomaly'] as const)(
    'a key that is called for (%s) is rotated for that reason',
    async (reason) => {
      const of = await makeWallet(world);
      expect(await call(of, reason)).toBe(true);
      expect(await call(of, 'manual')).toBe(false);
      await lookAfterKeys(world.deps);
      expect((await waitingRotation(of)).map((each) => each.reason)).toEqual([reason]);
      expect(told(of)).toEqual(['key.called_for']);
      must(await approveAs(world.deps, (await waitingRotation(of))[0]?.id ?? ('' as never), of.owner));
      await drive(world.deps);
      expect((await liveKey(world, of.wallet.id, 'agent')).rotationReason).toBeNull();
    },
  );

  test('a signer that is away is said, and the rotation is opened when it is back', async () => {
    const of = await makeWallet(world);
    await setDue(of, 'agent', -1);
    world.keys.setReachable(false);
    await lookAfterKeys(world.deps);
    world.keys.setReachable(true);
    expect(world.alerts.find(({ walletId, kind }) => walletId === of.wallet.id && kind === 'key.overdue')?.message).toContain(
      'could not be opened',
    );
    await lookAfterKeys(world.deps);
    expect((await waitingRotation(of)).length).toBe(1);
  });

  test('a rotated key’s successor is not spoken of', async () => {
    const of = await makeWallet(world);
    await rotate(world, of);
    await lookAfterKeys(world.deps);
    expect(told(of)).toEqual(['key.changed']);
  });
});
