import { type Address, type IDatabase, type ITransaction, KEY_MOVES, rolesOf, type Wallet, type WalletKey } from '@countersign/core';
import { expect, test } from 'vitest';
import { createTestKey } from '../test-key.ts';
import { aKey, beginRotation } from './database-owner-records.ts';
import { aPayer, committed } from './database-records.ts';

const newAddress = (): Address => createTestKey().address;

/** Keys of wallets, from making to wiping. */
export function describeKeys(database: () => IDatabase): void {
  const run = <T>(work: (tx: ITransaction) => Promise<T>): Promise<T> => committed(database(), work);
  const refused = (constraint: string) => expect.objectContaining({ constraint });
  const activate = async (tx: ITransaction, key: WalletKey) => {
    await tx.keys.insert(key);
    return tx.keys.move(key.id, 'generating', 'active', { activatedAtMs: 5, dueAtMs: 10 });
  };
  /** A wallet whose agent key is on record. */
  async function aKeyed(): Promise<{ readonly wallet: Wallet; readonly key: WalletKey }> {
    const { wallet } = await aPayer(database());
    const key = aKey(wallet.id, { address: wallet.agent });
    expect(await run((tx) => activate(tx, key))).toBe(true);
    return { wallet, key: { ...key, state: 'active', activatedAtMs: 5, dueAtMs: 10 } };
  }
  test('a key from making to wiping; what has ended changes no more', async () => {
    const { wallet, key } = await aKeyed();
    expect(await run((tx) => tx.keys.live(wallet.id, 'agent'))).toEqual(key);
    expect(await run((tx) => tx.keys.live(wallet.id, 'owner'))).toBeNull();
    expect(await run((tx) => tx.keys.ofAddress(wallet.id, wallet.agent))).toEqual(key);
    expect(await run((tx) => tx.keys.ofAddress(wallet.id, newAddress()))).toBeNull();
    expect(await run((tx) => tx.keys.callForRotation(key.id, 'anomaly'))).toBe(true);
    expect(await run((tx) => tx.keys.callForRotation(key.id, 'manual')), 'the first reason stands').toBe(false);
    expect(await run((tx) => tx.keys.move(key.id, 'generating', 'failed', { endedAtMs: 1 }))).toBe(false);
    await run(async (tx) => {
      await tx.keys.move(key.id, 'active', 'suspended', {});
      await tx.keys.move(key.id, 'suspended', 'rotation_pending', { dueAtMs: null, rotationReason: null });
    });
    expect(await run((tx) => tx.keys.live(wallet.id, 'agent'))).toEqual({ ...key, state: 'rotation_pending', dueAtMs: null });
    await expect(run((tx) => tx.keys.move(key.id, 'rotation_pending', 'revoked', {}))).rejects.toEqual(refused('wallet_keys_end'));
    await run((tx) => tx.keys.move(key.id, 'rotation_pending', 'revoked', { endedAtMs: 7 }));
    expect(await run((tx) => tx.keys.callForRotation(key.id, 'manual'))).toBe(false);
    await expect(run((tx) => tx.keys.move(key.id, 'revoked', 'destroyed', { endedAtMs: 8 }))).rejects.toEqual(refused('wallet_keys_ended'));
    expect(await run((tx) => tx.keys.move(key.id, 'revoked', 'destroyed', {}))).toBe(true);
    const destroyed = { ...key, state: 'destroyed', dueAtMs: null, endedAtMs: 7 };
    expect(await run((tx) => tx.keys.list(wallet.id))).toEqual([destroyed]);
    await expect(run((tx) => tx.keys.move(key.id, 'destroyed', 'destroyed', {}))).rejects.toEqual(refused('wallet_keys_ended'));
  });

  test('keys begin as made, move along their table, and are in use from a moment on', async () => {
    const { wallet } = await aPayer(database());
    const key = aKey(wallet.id);
    await expect(run((tx) => tx.keys.insert({ ...key, state: 'active', activatedAtMs: 1 }))).rejects.toEqual(refused('wallet_keys_begin'));
    await run((tx) => tx.keys.insert(key));
    for (const to of ['suspended', 'destroyed', 'revoked'] as const) {
      expect(KEY_MOVES.generating).not.toContain(to);
      const move = run((tx) => tx.keys.move(key.id, 'generating', to, { activatedAtMs: 1, endedAtMs: 1 }));
      await expect(move).rejects.toEqual(refused('wallet_keys_move'));
    }
    await expect(run((tx) => tx.keys.move(key.id, 'generating', 'active', {}))).rejects.toEqual(refused('wallet_keys_activation'));
    await run((tx) => tx.keys.move(key.id, 'generating', 'failed', { endedAtMs: 3 }));
    const again = aKey(wallet.id, { address: key.address });
    await run((tx) => tx.keys.insert(again));
    expect(await run((tx) => tx.keys.ofAddress(wallet.id, key.address)), 'the one that was not given up').toEqual(again);
    const inAnotherRole = aKey(wallet.id, { address: key.address, role: 'owner' });
    await expect(run((tx) => tx.keys.insert(inAnotherRole))).rejects.toEqual(refused('wallet_keys_address_once'));
  });

  test('keys that are due or called for, earliest first; people are reminded once', async () => {
    const [one, other] = [await aKeyed(), await aKeyed()];
    const due = async (beforeMs: number) => {
      const mine = [one.wallet.id, other.wallet.id];
      return (await run((tx) => tx.keys.due(beforeMs, 1_000))).filter(({ walletId }) => mine.includes(walletId)).map(({ id }) => id);
    };
    expect(await due(10)).toEqual([]);
    expect((await due(11)).sort()).toEqual([one.key.id, other.key.id].sort());
    await run((tx) => tx.keys.callForRotation(other.key.id, 'violation_attempts'));
    expect(await due(10)).toEqual([other.key.id]);
    const both = await Promise.all([run((tx) => tx.keys.remind(one.key.id, 100, 50)), run((tx) => tx.keys.remind(one.key.id, 100, 50))]);
    expect(both.filter((reminded) => reminded)).toHaveLength(1);
    expect(await run((tx) => tx.keys.remind(one.key.id, 200, 101))).toBe(true);
    await run((tx) => tx.keys.move(one.key.id, 'active', 'revoked', { endedAtMs: 7 }));
    expect(await run((tx) => tx.keys.remind(one.key.id, 300, 300))).toBe(false);
    expect(await due(11)).toEqual([other.key.id]);
  });

  test('INVARIANT I8, attack: two keys of a role in use; of two that are put in use at once one is', async () => {
    const { wallet, key } = await aKeyed();
    await expect(run((tx) => activate(tx, aKey(wallet.id)))).rejects.toEqual(refused('wallet_keys_one_live'));
    await run((tx) => tx.keys.move(key.id, 'active', 'revoked', { endedAtMs: 7 }));
    const { approval, agent } = await beginRotation(database(), wallet);
    const rivals = [aKey(wallet.id, { address: agent }), aKey(wallet.id)];
    const results = await Promise.allSettled(
      rivals.map((rival) =>
        run(async (tx) => {
          await activate(tx, rival);
          await tx.wallets.rekey(wallet.id, rolesOf(wallet), { ...rolesOf(wallet), agent });
          await tx.wallets.setRekeying(wallet.id, approval.id, null);
        }),
      ),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await run((tx) => tx.keys.live(wallet.id, 'agent')))?.address).toBe(agent);
  });

  test('INVARIANT I8, attack: the wallet and its key in use name different addresses at commit', async () => {
    const { wallet, key } = await aKeyed();
    const stranger = aKey(wallet.id, { role: 'owner' });
    await expect(run((tx) => activate(tx, stranger))).rejects.toEqual(refused('wallet_keys_of_wallet'));
    const { agent } = await beginRotation(database(), wallet);
    const rekey = (tx: ITransaction) => tx.wallets.rekey(wallet.id, rolesOf(wallet), { ...rolesOf(wallet), agent });
    await expect(run(rekey)).rejects.toEqual(refused('wallet_keys_of_wallet'));
    await run(async (tx) => {
      expect(await rekey(tx)).toBe(true);
      await tx.keys.move(key.id, 'active', 'revoked', { endedAtMs: 7 });
      await activate(tx, aKey(wallet.id, { address: agent }));
      expect(await rekey(tx), 'they are not what they were').toBe(false);
    });
    expect((await run((tx) => tx.wallets.get(wallet.id)))?.agent).toBe(agent);
  });
}
