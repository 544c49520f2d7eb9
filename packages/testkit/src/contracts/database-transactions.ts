import { domainError, fail, type IDatabase, type ITransaction, ok } from '@countersign/core';
import { expect, test } from 'vitest';
import { aPayer, aRequest, aWallet, committed } from './database-records.ts';
import { must } from './must.ts';

/** A point that one transaction reaches and another waits for. */
function gate(): { readonly open: () => void; readonly passed: Promise<void> } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, passed };
}
/** Long enough for a statement that is not held up to have come back. */
const A_WHILE_MS = 60;
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, A_WHILE_MS));

/** Transactions: all or nothing, locks to the end, and who waits for whom. */
export function describeTransactions(database: () => IDatabase): void {
  const run = <T>(work: (tx: ITransaction) => Promise<T>): Promise<T> => committed(database(), work);

  test('a failed result and an exception leave nothing behind; nobody sees what is not committed', async () => {
    const wallet = aWallet();
    const error = domainError('forbidden', { role: 'agent', action: 'pay' });
    const failed = await database().transact(async (tx) => {
      await tx.wallets.insert(wallet);
      expect(await tx.wallets.get(wallet.id)).toEqual(wallet);
      expect(must(await database().read(async (reader) => ok(await reader.wallets.get(wallet.id))))).toBeNull();
      return fail(error);
    });
    expect(failed).toEqual(fail(error));
    const bug = database().transact(async (tx) => {
      await tx.wallets.insert(wallet);
      throw new TypeError('a bug');
    });
    await expect(bug).rejects.toThrow('a bug');
    expect(await run((tx) => tx.wallets.get(wallet.id))).toBeNull();
  });

  test('work that swallows the failure of a statement does not pass for committed', async () => {
    const wallet = aWallet();
    const swallowed = database().transact(async (tx) => {
      await tx.wallets.insert(wallet);
      await tx.wallets.insert(wallet).catch(() => undefined);
      return ok(null);
    });
    await expect(swallowed).rejects.toThrow();
    expect(await run((tx) => tx.wallets.get(wallet.id))).toBeNull();
  });

  test('statements run in the order in which they are asked for, awaited or not', async () => {
    const { wallet } = await aPayer(database());
    await run(async (tx) => {
      const [moved, seen, back] = await Promise.all([
        tx.wallets.move(wallet.id, 'active', 'frozen', { frozenReason: 'x' }),
        tx.wallets.get(wallet.id),
        tx.wallets.move(wallet.id, 'frozen', 'active', { frozenReason: null }),
      ]);
      expect([moved, seen?.state, back]).toEqual([true, 'frozen', true]);
    });
  });

  test('INVARIANT I7: who shares a wallet’s lock goes side by side; who locks it waits for all of them and sees what they did', async () => {
    const { wallet } = await aPayer(database());
    const [both, release] = [gate(), gate()];
    let sharing = 0;
    const share = () =>
      run(async (tx) => {
        await tx.wallets.lockShared(wallet.id);
        sharing += 1;
        if (sharing === 2) both.open();
        await release.passed;
      });
    const sharers = [share(), share()];
    await both.passed;
    let locked = false;
    const locking = run(async (tx) => {
      await tx.wallets.lock(wallet.id);
      locked = true;
    });
    await aWhile();
    expect(locked).toBe(false);
    release.open();
    await Promise.all([...sharers, locking]);
    expect(locked).toBe(true);
  });

  test('INVARIANT I4: a lock is held to the end of its transaction, and whoever waited for it reads what was committed', async () => {
    const { wallet } = await aPayer(database());
    const [has, release] = [gate(), gate()];
    const first = run(async (tx) => {
      await tx.wallets.lock(wallet.id);
      has.open();
      await release.passed;
      await tx.wallets.move(wallet.id, 'active', 'frozen', { frozenReason: 'first' });
    });
    await has.passed;
    const second = run(async (tx) => (await tx.wallets.lock(wallet.id))?.state);
    const moving = run((tx) => tx.wallets.move(wallet.id, 'active', 'frozen', { frozenReason: 'second' }));
    await aWhile();
    release.open();
    await first;
    expect(await second).toBe('frozen');
    expect(await moving, 'a move finds the state that it expects no more').toBe(false);
  });

  test('the wallets of one owner are locked together, the one asked for first', async () => {
    const { wallet: one } = await aPayer(database());
    const { wallet: other } = await aPayer(database(), { owner: one.owner });
    await aPayer(database());
    for (const [id, rest] of [
      [one.id, other.id],
      [other.id, one.id],
    ] as const)
      expect((await run((tx) => tx.wallets.lockWithSiblings(id))).map((wallet) => wallet.id)).toEqual([id, rest]);
    const both = await Promise.all([one.id, other.id, one.id, other.id].map((id) => run((tx) => tx.wallets.lockWithSiblings(id))));
    expect(both).toHaveLength(4);
  });

  test('INVARIANT I3: a second claim of an idempotency key waits for the first, and learns whether it came to anything', async () => {
    const { credential } = await aPayer(database());
    for (const comesToSomething of [true, false]) {
      const [one, other] = [aRequest(credential), aRequest(credential)];
      const claim = (request: typeof one) => ({
        ...{ credentialId: credential.id, key: `key ${comesToSomething}`, fingerprint: 'f', requestId: request.id, atMs: 1 },
      });
      const [has, release] = [gate(), gate()];
      const first = database().transact(async (tx) => {
        expect(await tx.idempotency.claim(claim(one))).toEqual({ kind: 'claimed' });
        await tx.requests.insert(one);
        has.open();
        await release.passed;
        return comesToSomething ? ok(null) : fail(domainError('forbidden', { role: 'x', action: 'y' }));
      });
      await has.passed;
      let second: unknown = null;
      const waiting = run(async (tx) => {
        second = await tx.idempotency.claim(claim(other));
        await tx.requests.insert(other);
      });
      await aWhile();
      expect(second).toBeNull();
      release.open();
      await Promise.all([first, waiting]);
      expect(second).toEqual(comesToSomething ? { kind: 'taken', fingerprint: 'f', requestId: one.id } : { kind: 'claimed' });
    }
  });
}
