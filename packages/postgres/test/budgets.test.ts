import { assetMeter, type BudgetLine, type Meter, type MeterWindow, ok, TRANSACTIONS_METER, tokenAsset } from '@countersign/core';
import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aPayer, aReservedAttempt, endAttempt, type Payer } from '../src/test-support/a-payment.ts';
import { type ModelEntry, naiveComesBack, naiveLineUse, naiveUsage } from '../src/test-support/budget-model.ts';
import { inTransaction } from '../src/test-support/in-transaction.ts';
import { aHolding, anAddress, anAttempt, aRequest, SOL_METER } from '../src/test-support/records.ts';
import { startTestDatabase, type TestDatabase } from '../src/test-support/test-database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await startTestDatabase({ poolSize: 16 });
});
afterAll(() => db.close());

const USDC_METER: Meter = assetMeter(tokenAsset(anAddress()));
const METERS = [SOL_METER, USDC_METER, TRANSACTIONS_METER];
const MOST = 2n ** 64n - 1n;

const amount = fc.oneof({ weight: 5, arbitrary: fc.bigInt(0n, 20n) }, { weight: 1, arbitrary: fc.constant(MOST) });
/** Time passes, then something is reserved, or what was reserved before ends. */
const step = fc.record({
  afterMs: fc.constantFrom(0, 1, 500, 999, 1000, 1001, 2000),
  action: fc.oneof(
    fc.record({
      kind: fc.constant('reserve' as const),
      wallet: fc.nat(1),
      alone: fc.boolean(),
      amounts: fc.dictionary(fc.constantFrom('0', '1', '2'), amount, { minKeys: 1 }),
    }),
    fc.record({ kind: fc.constant('settle' as const), which: fc.nat(20), percent: fc.constantFrom(0, 33, 100, 100) }),
    fc.record({ kind: fc.constant('release' as const), which: fc.nat(20) }),
  ),
});
const line = fc.record({
  terms: fc.array(fc.record({ meter: fc.constantFrom(...METERS), weight: fc.constantFrom(1n, 3n, 2n ** 70n) }), {
    minLength: 1,
    maxLength: 3,
  }),
  scope: fc.constantFrom('wallet' as const, 'owner' as const),
  windowSeconds: fc.constantFrom(1, 2, 7),
  limitKind: fc.constantFrom('autonomous' as const, 'ceiling' as const),
  limit: fc.oneof(fc.bigInt(0n, 60n), fc.constantFrom(MOST, 2n ** 71n)),
  asked: fc.bigInt(0n, 25n),
});

interface Open {
  readonly payer: Payer;
  readonly attempt: Awaited<ReturnType<typeof aReservedAttempt>>['attempt'];
  readonly entries: readonly ModelEntry[];
}

test('INVARIANT I4: any history counts as the naive sum does, edges included, and comes back when it says', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 14 }),
      fc.constantFrom(0, 1, 999, 1000, 1001, 3000, 7000),
      fc.array(line, { minLength: 1, maxLength: 6 }),
      async (steps, afterMs, lines) => {
        const owner = anAddress();
        const payers = [await aPayer(db.database, { owner }), await aPayer(db.database, { owner })] as const;
        const wallets = payers.map(({ wallet }) => wallet.id);
        const entries: ModelEntry[] = [];
        const open: Open[] = [];
        let nowMs = 1_700_000_000_000;
        for (const { afterMs: waitMs, action } of steps) {
          nowMs += waitMs;
          if (action.kind === 'reserve') open.push(await reserve(payers[action.wallet] ?? payers[0], action, nowMs, entries));
          else await end(open, action, nowMs);
        }
        nowMs += afterMs;
        const windows = METERS.flatMap((meter) =>
          [1, 2, 7].flatMap((seconds) => (['wallet', 'owner'] as const).map((scope): MeterWindow => ({ meter, seconds, scope }))),
        );
        await inTransaction(db.database, async (tx) => {
          for (const { wallet } of payers) {
            const counted = (scope: 'wallet' | 'owner') => (scope === 'owner' ? wallets : [wallet.id]);
            expect(await tx.budgets.usage(wallet.id, windows, nowMs)).toEqual(
              windows.map((window) => ({ ...window, ...naiveUsage(entries, counted(window.scope), window, nowMs) })),
            );
            for (const each of lines) {
              const asked: Omit<BudgetLine, 'of' | 'comesBackAtMs'> = { ...each, used: 0n, remaining: 0n };
              const comesBackAtMs = await tx.budgets.comesBackAt(wallet.id, asked, nowMs);
              expect(comesBackAtMs).toBe(naiveComesBack(entries, counted(each.scope), asked, nowMs));
              if (comesBackAtMs === null) continue;
              const use = (atMs: number) => naiveLineUse(entries, counted(each.scope), asked, atMs, nowMs) + each.asked;
              expect(use(comesBackAtMs)).toBeLessThanOrEqual(each.limit);
              expect(use(comesBackAtMs - 1)).toBeGreaterThan(each.limit);
            }
          }
        });
      },
    ),
    { numRuns: 200 },
  );
  await expectSumsToAgree();
});

async function reserve(
  payer: Payer,
  { alone, amounts }: { readonly alone: boolean; readonly amounts: { readonly [index: string]: bigint } },
  atMs: number,
  entries: ModelEntry[],
): Promise<Open> {
  const held = Object.entries(amounts).map(([index, each]) => ({ meter: METERS[Number(index)] ?? SOL_METER, amount: each }));
  const { attempt } = await aReservedAttempt(db.database, payer, { holding: { alone, amounts: held }, atMs });
  const made = held.map(
    ({ meter, amount: counts }): ModelEntry => ({ walletId: payer.wallet.id, meter, alone, counts, settledAtMs: null }),
  );
  entries.push(...made);
  return { payer, attempt, entries: made };
}

async function end(
  open: Open[],
  action:
    | { readonly kind: 'settle'; readonly which: number; readonly percent: number }
    | { readonly kind: 'release'; readonly which: number },
  atMs: number,
): Promise<void> {
  const [ended] = open.length === 0 ? [] : open.splice(action.which % open.length, 1);
  if (ended === undefined) return;
  if (action.kind === 'release') {
    await endAttempt(db.database, ended.attempt.id, null);
    for (const entry of ended.entries) entry.counts = 0n;
    return;
  }
  for (const entry of ended.entries) {
    entry.counts = (entry.counts * BigInt(action.percent)) / 100n;
    entry.settledAtMs = atMs;
  }
  await endAttempt(db.database, ended.attempt.id, { amounts: ended.entries.map(({ meter, counts }) => ({ meter, amount: counts })), atMs });
}

/** The sums that run along, against the rows that they sum; seq has no gaps and time does not run backwards along it. */
async function expectSumsToAgree(): Promise<void> {
  const client = new Client({ connectionString: db.url });
  await client.connect();
  const { rows } = await client.query(`
    SELECT 'open' AS what FROM budget_meters m LEFT JOIN LATERAL (
      SELECT sum(amount) FILTER (WHERE alone) AS alone, sum(amount) AS total FROM budget_reservations r
      WHERE r.wallet_id = m.wallet_id AND r.meter = m.meter AND r.state = 'open'
    ) r ON true WHERE open_alone <> coalesce(r.alone, 0) OR open_total <> coalesce(r.total, 0)
    UNION ALL
    SELECT 'settled' FROM budget_meters m LEFT JOIN LATERAL (
      SELECT max(seq) AS seq, sum(amount) FILTER (WHERE alone) AS alone, sum(amount) AS total FROM budget_settlements s
      WHERE s.wallet_id = m.wallet_id AND s.meter = m.meter
    ) s ON true WHERE settled_seq <> coalesce(s.seq, 0) OR settled_alone <> coalesce(s.alone, 0) OR settled_total <> coalesce(s.total, 0)
    UNION ALL
    SELECT 'order' FROM (
      SELECT *, row_number() OVER w AS place, sum(amount) OVER w AS sum_total, coalesce(sum(amount) FILTER (WHERE alone) OVER w, 0) AS sum_alone,
        lag(at_ms) OVER w AS before_ms
      FROM budget_settlements WINDOW w AS (PARTITION BY wallet_id, meter ORDER BY seq)
    ) s WHERE place <> seq OR sum_total <> cumulative_total OR sum_alone <> cumulative_alone OR before_ms > at_ms`);
  await client.end();
  expect(rows).toEqual([]);
}

test('INVARIANT I4: sixteen connections on two wallets of one owner never pass the cap', async () => {
  const owner = anAddress();
  const payers = [await aPayer(db.database, { owner }), await aPayer(db.database, { owner })] as const;
  const cap = 100n;
  const each = 7n;
  const window: MeterWindow = { meter: SOL_METER, seconds: 3600, scope: 'owner' };
  const payOnce = (payer: Payer) =>
    db.database.transact(
      async (tx) => {
        await tx.wallets.lockWithSiblings(payer.wallet.id);
        const nowMs = await tx.nowMs();
        const [usage] = await tx.budgets.usage(payer.wallet.id, [window], nowMs);
        if ((usage?.total ?? cap) + each > cap) return ok('denied');
        const request = aRequest(payer.wallet.id, payer.credential);
        const holding = aHolding(each);
        const attempt = anAttempt(payer.wallet.id, request.id, { holding });
        await Promise.all([
          tx.requests.insert(request),
          tx.attempts.insert(attempt),
          tx.budgets.reserve({ attemptId: attempt.id, walletId: payer.wallet.id, holding, atMs: nowMs }),
        ]);
        return ok(attempt.id as string);
      },
      { retry: 'nothing-leaves-the-process' },
    );
  const results = await Promise.all(
    Array.from({ length: 16 }, async (_, index) => {
      const mine: string[] = [];
      for (let round = 0; round < 10; round += 1) {
        const paid = await payOnce(payers[index % 2 === 0 ? 0 : 1]);
        if (!paid.ok) throw new Error(JSON.stringify(paid.error));
        if (paid.value !== 'denied') mine.push(paid.value);
      }
      return mine;
    }),
  );
  expect(results.flat()).toHaveLength(14);
  const used = await inTransaction(db.database, async (tx) => tx.budgets.usage(payers[1].wallet.id, [window], await tx.nowMs()));
  expect(used).toEqual([{ ...window, alone: 98n, total: 98n }]);
});

test('INVARIANT I4: what waits for its outcome counts however long it waits, and from then on for the whole window', async () => {
  const payer = await aPayer(db.database);
  const holding = aHolding(5n);
  const { attempt } = await aReservedAttempt(db.database, payer, { holding, atMs: 1_000 });
  const total = async (nowMs: number) => {
    const windows: MeterWindow[] = [{ meter: SOL_METER, seconds: 1, scope: 'wallet' }];
    const [usage] = await inTransaction(db.database, (tx) => tx.budgets.usage(payer.wallet.id, windows, nowMs));
    return usage?.total;
  };
  expect(await total(1_000_000)).toBe(5n);
  await endAttempt(db.database, attempt.id, { amounts: holding.amounts, atMs: 1_000_000 });
  expect([await total(1_001_000), await total(1_001_001)]).toEqual([5n, 0n]);
});

test('what is reserved is settled or released once, in every meter, and for no more', async () => {
  const payer = await aPayer(db.database);
  const holding = aHolding(5n);
  const atMs = Date.now();
  const { attempt } = await aReservedAttempt(db.database, payer, { holding, atMs });
  const settle = (amounts: typeof holding.amounts) => endAttempt(db.database, attempt.id, { amounts, atMs });
  const [first, ...others] = holding.amounts;
  if (first === undefined) throw new Error('holds nothing');
  await expect(settle(others)).rejects.toThrow(/holds 3 meters, and 2 of them were settled/);
  await expect(settle([])).rejects.toThrow(/holds 3 meters, and 0/);
  await expect(settle([...others, { ...first, amount: first.amount + 1n }])).rejects.toMatchObject({
    constraint: 'budget_settlements_reserved',
  });
  await expect(settle([first, first, ...others])).rejects.toMatchObject({ constraint: 'budget_settlements_reserved' });
  await expect(settle([...holding.amounts, { meter: USDC_METER, amount: 0n }])).rejects.toMatchObject({
    constraint: 'budget_settlements_reserved',
  });
  await endAttempt(db.database, attempt.id, null);
  await expect(inTransaction(db.database, (tx) => tx.budgets.release(attempt.id))).rejects.toThrow(/no reservation/);
  await expect(inTransaction(db.database, (tx) => tx.budgets.settle(attempt.id, holding.amounts, atMs))).rejects.toMatchObject({
    constraint: 'budget_settlements_reserved',
  });
});
