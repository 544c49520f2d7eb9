import { NATIVE_ASSET, ok, type Route } from '@countersign/core';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aPayer, aReservedAttempt, endAttempt } from '../src/test-support/a-payment.ts';
import { inTransaction } from '../src/test-support/in-transaction.ts';
import { anAttempt, aRequest } from '../src/test-support/records.ts';
import { startTestDatabase, type TestDatabase } from '../src/test-support/test-database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await startTestDatabase({ poolSize: 16 });
});
afterAll(() => db.close());

interface Entry {
  readonly atMs: number;
  readonly route: Route;
  readonly counts: bigint;
}
const WINDOWS_SECONDS = [1, 2, 7] as const;

/** The naive model: adds up what is in the window. */
function usedIn(entries: readonly Entry[], seconds: number, nowMs: number, route: Route): bigint {
  return entries
    .filter((entry) => entry.atMs >= nowMs - seconds * 1000 && (route === 'countersigned' || entry.route === 'autonomous'))
    .reduce((sum, { counts }) => sum + counts, 0n);
}

function comesBack(entries: readonly Entry[], seconds: number, nowMs: number, route: Route, mostUsed: bigint): number | null {
  if (usedIn(entries, seconds, nowMs, route) <= mostUsed) return null;
  const moments = entries.map(({ atMs }) => atMs + seconds * 1000 + 1).filter((moment) => moment > nowMs);
  return moments.sort((one, other) => one - other).find((moment) => usedIn(entries, seconds, moment, route) <= mostUsed) ?? null;
}

const amount = fc.oneof(fc.bigInt(0n, 20n), fc.constant(2n ** 64n - 1n));
const step = fc.record({
  afterMs: fc.constantFrom(0, 1, 500, 999, 1000, 1001, 2000),
  amount,
  route: fc.constantFrom<Route>('autonomous', 'countersigned'),
  end: fc.constantFrom('open', 'withdrawn', 'moved all', 'moved half'),
});

test('INVARIANT I4: windows equal the naive sum at every moment, edges included', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 12 }),
      fc.constantFrom(0, 1, 999, 1000, 1001, 3000, 7000),
      fc.bigInt(0n, 30n),
      async (steps, afterMs, mostUsed) => {
        const payer = await aPayer(db.database);
        const entries: Entry[] = [];
        let nowMs = 1_700_000_000_000;
        for (const { afterMs: waitMs, amount: reserved, route, end } of steps) {
          nowMs += waitMs;
          const { attempt } = await aReservedAttempt(db.database, payer, { amount: reserved, route, atMs: nowMs });
          const counts = end === 'withdrawn' ? 0n : end === 'moved half' ? reserved / 2n : reserved;
          if (end !== 'open') await endAttempt(db.database, attempt.id, end === 'withdrawn' ? null : counts);
          entries.push({ atMs: nowMs, route, counts });
        }
        nowMs += afterMs;
        await inTransaction(db.database, async (tx) => {
          const windows = WINDOWS_SECONDS.map((seconds) => ({ asset: NATIVE_ASSET, seconds }));
          expect(await tx.budgets.usage(payer.wallet.id, windows, nowMs)).toEqual(
            WINDOWS_SECONDS.map((seconds) => ({
              asset: NATIVE_ASSET,
              seconds,
              autonomousUsed: usedIn(entries, seconds, nowMs, 'autonomous'),
              totalUsed: usedIn(entries, seconds, nowMs, 'countersigned'),
            })),
          );
          for (const seconds of WINDOWS_SECONDS)
            for (const route of ['autonomous', 'countersigned'] as const)
              expect(await tx.budgets.comesBackAt(payer.wallet.id, { asset: NATIVE_ASSET, seconds, route, mostUsed }, nowMs)).toBe(
                comesBack(entries, seconds, nowMs, route, mostUsed),
              );
        });
      },
    ),
    { numRuns: 60 },
  );
});

test('INVARIANT I4: sixteen connections on one wallet never pass the cap', async () => {
  const payer = await aPayer(db.database);
  const cap = 100n;
  const each = 7n;
  const window = { asset: NATIVE_ASSET, seconds: 3600 };
  const attempts: string[] = [];
  const payOnce = () =>
    db.database.transact(async (tx) => {
      await tx.wallets.lock(payer.wallet.id);
      const nowMs = await tx.nowMs();
      const [usage] = await tx.budgets.usage(payer.wallet.id, [window], nowMs);
      if ((usage?.totalUsed ?? cap) + each > cap) return ok('denied');
      const request = aRequest(payer.wallet.id, payer.credential);
      const attempt = anAttempt(payer.wallet.id, request.id, { outflow: { asset: NATIVE_ASSET, amount: each, route: 'autonomous' } });
      await tx.requests.insert(request);
      await tx.attempts.insert(attempt);
      await tx.budgets.reserve({
        attemptId: attempt.id,
        walletId: payer.wallet.id,
        asset: NATIVE_ASSET,
        amount: each,
        route: 'autonomous',
        atMs: nowMs,
      });
      attempts.push(attempt.id);
      return ok('reserved');
    });
  const results = await Promise.all(
    Array.from({ length: 16 }, async () => {
      const mine: unknown[] = [];
      for (let round = 0; round < 10; round += 1) mine.push(await payOnce());
      return mine;
    }),
  );
  expect(results.flat().every((result) => (result as { ok: boolean }).ok)).toBe(true);
  const [usage] = await inTransaction(db.database, async (tx) => tx.budgets.usage(payer.wallet.id, [window], await tx.nowMs()));
  expect(usage?.totalUsed).toBe(98n);
  expect(attempts).toHaveLength(14);
});

test('an amount settles or is released once', async () => {
  const payer = await aPayer(db.database);
  const { attempt } = await aReservedAttempt(db.database, payer, { amount: 5n, route: 'autonomous', atMs: Date.now() });
  await endAttempt(db.database, attempt.id, null);
  await expect(inTransaction(db.database, (tx) => tx.budgets.release(attempt.id))).rejects.toThrow(/no reservation/);
  await expect(inTransaction(db.database, (tx) => tx.budgets.settle(attempt.id, 0n))).rejects.toThrow(/no reservation/);
});
