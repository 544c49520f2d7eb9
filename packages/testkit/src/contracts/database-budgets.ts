import { assetMeter, type IDatabase, type ITransaction, NATIVE_ASSET, ok } from '@countersign/core';
import { expect, test } from 'vitest';
import { anAttempt, aPayer, aRequest, aReserved, committed, endReserved } from './database-records.ts';
import { must } from './must.ts';

const METER = assetMeter(NATIVE_ASSET);

/** Attempts and what they hold of the budgets. */
export function describeBudgets(database: () => IDatabase): void {
  const run = <T>(work: (tx: ITransaction) => Promise<T>): Promise<T> => committed(database(), work);
  const refused = (constraint: string) => expect.objectContaining({ constraint });

  test('INVARIANT I3: of a request’s attempts one at most may land, and no two have the same signature', async () => {
    const { credential } = await aPayer(database());
    const request = aRequest(credential);
    const [one, other] = [anAttempt(request, 1n), anAttempt(request, 1n)];
    await run(async (tx) => {
      await tx.requests.insert(request);
      await tx.attempts.insert(one);
    });
    await expect(run((tx) => tx.attempts.insert(other))).rejects.toEqual(refused('attempts_one_effect_per_request'));
    await run(async (tx) => {
      await tx.attempts.move(one.id, 'prepared', 'withdrawn', {});
      await tx.attempts.insert(other);
    });
    expect((await run((tx) => tx.attempts.ofRequest(request.id))).map(({ state }) => state).sort()).toEqual(['prepared', 'withdrawn']);
  });

  test('INVARIANT I2, I4: an attempt is signed only with its bytes and only while it holds all that it moves', async () => {
    const { wallet, credential } = await aPayer(database());
    const request = aRequest(credential);
    const attempt = anAttempt(request, 7n);
    await run(async (tx) => {
      await tx.requests.insert(request);
      await tx.attempts.insert(attempt);
    });
    const sign = (tx: ITransaction) =>
      tx.attempts.move(attempt.id, 'prepared', 'signed', { wire: Uint8Array.of(1), signature: attempt.id });
    await expect(run(sign)).rejects.toEqual(refused('attempts_signed_is_reserved'));
    await run(async (tx) => {
      await tx.wallets.lock(wallet.id);
      const atMs = await tx.nowMs();
      if (attempt.holding) await tx.budgets.reserve({ attemptId: attempt.id, walletId: wallet.id, holding: attempt.holding, atMs });
    });
    await expect(run((tx) => tx.attempts.move(attempt.id, 'prepared', 'signed', {}))).rejects.toEqual(refused('attempts_signed_has_wire'));
    expect(await run(sign)).toBe(true);
    expect(await run(sign)).toBe(false);
    await expect(run((tx) => tx.attempts.move(attempt.id, 'signed', 'withdrawn', {}))).rejects.toEqual(refused('attempts_move'));
    const leave = run((tx) => tx.attempts.move(attempt.id, 'signed', 'expired', {}));
    await expect(leave, 'it still holds its reservation').rejects.toEqual(refused('attempts_ended_holds_nothing'));
    await expect(
      run((tx) => tx.budgets.release(attempt.id)),
      'it may still land',
    ).rejects.toEqual(refused('budget_reservations_proof'));
  });

  test('INVARIANT I4: what is open counts however old it is, what settled counts from its settling, to the millisecond', async () => {
    const payer = await aPayer(database());
    const { id } = payer.wallet;
    const t0 = 1_700_000_000_000;
    const seconds = 10;
    const used = async (nowMs: number) => {
      const [usage] = await run((tx) => tx.budgets.usage(id, [{ meter: METER, seconds, scope: 'wallet' }], nowMs));
      return [usage?.alone, usage?.total];
    };
    const alone = await aReserved(database(), payer, { amount: 100n, atMs: t0 });
    const withOwner = await aReserved(database(), payer, { amount: 30n, atMs: t0 + 1, alone: false });
    const dropped = await aReserved(database(), payer, { amount: 7n, atMs: t0 + 2 });
    expect(await used(t0 + 3_600_000)).toEqual([107n, 137n]);
    await endReserved(database(), dropped, null, t0 + 3);
    expect(await used(t0 + 3_600_000)).toEqual([100n, 130n]);
    const settledAtMs = t0 + 5_000;
    await endReserved(database(), alone, 60n, settledAtMs);
    expect(await used(settledAtMs + seconds * 1000), 'exactly as old as the window is long').toEqual([60n, 90n]);
    expect(await used(settledAtMs + seconds * 1000 + 1)).toEqual([0n, 30n]);
    const line = { terms: [{ meter: METER, weight: 1n }], scope: 'wallet', windowSeconds: seconds } as const;
    const asks = (asked: bigint, limit: bigint) => ({ ...line, limitKind: 'ceiling', limit, used: 0n, remaining: 0n, asked }) as const;
    const back = (asked: bigint, limit: bigint) => run((tx) => tx.budgets.comesBackAt(id, asks(asked, limit), settledAtMs));
    expect(await back(10n, 100n), 'it fits now').toBeNull();
    expect(await back(101n, 100n), 'it never will').toBeNull();
    expect(await back(50n, 100n)).toBe(settledAtMs + seconds * 1000 + 1);
    expect(await back(100n, 100n)).toBe(settledAtMs + seconds * 1000 + 1);
    await endReserved(database(), withOwner, 30n, settledAtMs);
    expect(await used(settledAtMs)).toEqual([60n, 90n]);
  });

  test('INVARIANT I4: windows of an owner count all of the owner’s wallets; a reservation ends once, with at most what it held', async () => {
    const one = await aPayer(database());
    const other = await aPayer(database(), { owner: one.wallet.owner });
    const t0 = 1_700_000_000_000;
    const first = await aReserved(database(), one, { amount: 5n, atMs: t0 });
    await aReserved(database(), other, { amount: 8n, atMs: t0 });
    const windows = [
      { meter: METER, seconds: 60, scope: 'owner' },
      { meter: METER, seconds: 60, scope: 'wallet' },
    ] as const;
    const usage = await run((tx) => tx.budgets.usage(one.wallet.id, windows, t0));
    expect(usage.map(({ total }) => total)).toEqual([13n, 5n]);
    await expect(endReserved(database(), first, 6n, t0 + 1), 'more than it held').rejects.toThrow();
    await endReserved(database(), first, 5n, t0 + 1);
    await expect(run((tx) => tx.budgets.release(first.id))).rejects.toThrow();
    await expect(run((tx) => tx.budgets.settle(first.id, [{ meter: METER, amount: 0n }], t0 + 2))).rejects.toThrow();
  });

  test('INVARIANT I4: whoever decides under the lock, sixteen at once, never passes the cap', async () => {
    const payer = await aPayer(database());
    const { id } = payer.wallet;
    const pay = () =>
      database().transact(async (tx) => {
        await tx.wallets.lock(id);
        const nowMs = await tx.nowMs();
        const [usage] = await tx.budgets.usage(id, [{ meter: METER, seconds: 3_600, scope: 'wallet' }], nowMs);
        if ((usage?.total ?? 100n) + 7n > 100n) return ok('denied');
        const request = aRequest(payer.credential);
        const attempt = anAttempt(request, 7n);
        await tx.requests.insert(request);
        await tx.attempts.insert(attempt);
        if (attempt.holding) await tx.budgets.reserve({ attemptId: attempt.id, walletId: id, holding: attempt.holding, atMs: nowMs });
        return ok('reserved');
      });
    const answers = (await Promise.all(Array.from({ length: 16 }, pay))).map(must);
    expect(answers.filter((answer) => answer === 'reserved')).toHaveLength(14);
  });

  test('the clock never stands before an earlier decision of the locked wallet', async () => {
    const payer = await aPayer(database());
    const aheadMs = Date.now() + 3_600_000;
    await aReserved(database(), payer, { amount: 1n, atMs: aheadMs });
    const locked = await run(async (tx) => {
      const [, nowMs] = await Promise.all([tx.wallets.lock(payer.wallet.id), tx.nowMs()]);
      return nowMs;
    });
    expect(locked).toBeGreaterThanOrEqual(aheadMs);
  });

  test('the past of a wallet, as far as it is asked', async () => {
    const payer = await aPayer(database());
    const recipient = (request: ReturnType<typeof aRequest>) =>
      request.action.kind === 'payment' ? request.action.payment.recipient : null;
    const ended = (state: 'denied' | 'finalized' | 'failed', updatedAtMs: number) =>
      ({ request: aRequest(payer.credential, state === 'denied' ? { state, route: null, updatedAtMs } : {}), state, updatedAtMs }) as const;
    const past = [ended('failed', 10), ended('finalized', 20), ended('denied', 30), ended('denied', 40), ended('failed', 50)];
    await run(async (tx) => {
      for (const { request, state, updatedAtMs } of past) {
        await tx.requests.insert(request);
        if (state === 'denied') continue;
        await tx.requests.move(request.id, 'approved', 'signed', { atMs: updatedAtMs });
        await tx.requests.move(request.id, 'signed', state, { atMs: updatedAtMs });
      }
    });
    const recipients = past.flatMap(({ request }) => recipient(request) ?? []);
    const paid = past[1] && recipient(past[1].request);
    const history = (asked: { readonly denialsSinceMs: number; readonly mostDenials: number; readonly mostFailures: number }) =>
      run((tx) => tx.requests.history(payer.wallet.id, { recipients, ...asked }));
    expect(await history({ denialsSinceMs: 40, mostDenials: 9, mostFailures: 9 })).toEqual({
      ...{ lastAloneAtMs: null, paidBefore: [paid], denials: 1, failuresInARow: 3 },
    });
    expect(await history({ denialsSinceMs: 0, mostDenials: 1, mostFailures: 2 })).toMatchObject({ denials: 1, failuresInARow: 2 });
  });
}
