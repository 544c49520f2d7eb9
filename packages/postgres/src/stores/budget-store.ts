import type { IBudgetStore } from '@countersign/core';
import type { Session } from '../connection/session.ts';
import { type Statement, statement } from '../connection/statement.ts';
import type { TransactionClock } from './transaction-clock.ts';

/** The wallets that count: all of the same owner, looked up only where a window asks for them. */
const SIBLINGS = `ARRAY(SELECT id::text FROM wallets WHERE owner_address = (SELECT owner_address FROM wallets WHERE id = $1))`;

// For each window: what is open, and the sum at the last settlement less the sum at the last settlement before the window.
/** $1 wallet, $2 meters, $3 beginnings of the windows, $4 whether they are the owner's; bench/budget.ts explains it. */
export const BUDGET_USAGE: Statement = statement(
  'budget_usage',
  `SELECT used.alone, used.total
   FROM unnest($2::text[], $3::bigint[], $4::boolean[]) WITH ORDINALITY AS w (meter, since_ms, of_owner, place)
   CROSS JOIN LATERAL (
     SELECT coalesce(sum(m.open_alone + m.settled_alone - coalesce(before.alone, 0)), 0) AS alone,
       coalesce(sum(m.open_total + m.settled_total - coalesce(before.total, 0)), 0) AS total
     FROM budget_meters m
     LEFT JOIN LATERAL (
       SELECT s.cumulative_alone AS alone, s.cumulative_total AS total FROM budget_settlements s
       WHERE s.wallet_id = m.wallet_id AND s.meter = m.meter AND s.at_ms < w.since_ms ORDER BY s.at_ms DESC, s.seq DESC LIMIT 1
     ) before ON true
     WHERE m.wallet_id = ANY (CASE WHEN w.of_owner THEN ${SIBLINGS} ELSE ARRAY[$1::text] END) AND m.meter = w.meter
   ) used
   ORDER BY w.place`,
);
/** $1 wallet, $2 whether the window is the owner's, $3 meters, $4 weights, $5 whether only what is alone counts, $6 length, $7 now, $8 most used. */
export const BUDGET_ROOM_AT: Statement = statement(
  'budget_room_at',
  `SELECT budget_room_at(CASE WHEN $2::boolean THEN ${SIBLINGS} ELSE ARRAY[$1::text] END, $3::text[], $4::numeric[], $5, $6, $7, $8) AS at_ms`,
);
/** $1 attempt, $2 wallet, $3 alone, $4 meters, $5 amounts, $6 moment. */
const RESERVE = statement(
  'budget_reserve',
  `INSERT INTO budget_reservations (attempt_id, meter, wallet_id, alone, amount, reserved_at_ms)
   SELECT $1, h.meter, $2, $3, h.amount, $6 FROM unnest($4::text[], $5::numeric[]) AS h (meter, amount)`,
);
/** $1 attempt, $2 meters, $3 amounts, $4 moment. */
const SETTLE = statement(
  'budget_settle',
  `WITH settled AS (
     INSERT INTO budget_settlements (attempt_id, meter, amount, at_ms)
     SELECT $1, m.meter, m.amount, $4 FROM unnest($2::text[], $3::numeric[]) AS m (meter, amount) RETURNING 1
   )
   SELECT (SELECT count(*) FROM budget_reservations WHERE attempt_id = $1 AND state = 'open') AS held, (SELECT count(*) FROM settled) AS settled`,
);
const RELEASE = statement('budget_release', `UPDATE budget_reservations SET state = 'released' WHERE attempt_id = $1 AND state = 'open'`);

interface UsageRow {
  readonly alone: bigint;
  readonly total: bigint;
}

/** INVARIANT I4. docs/spec/budget.md; places, sums and proofs are the triggers' of migrations/0003_budgets.sql. */
export function budgetStore(session: Session, clock: TransactionClock): IBudgetStore {
  return {
    async usage(walletId, windows, nowMs) {
      if (windows.length === 0) return [];
      const rows = await session.rows<UsageRow>(BUDGET_USAGE, [
        walletId,
        windows.map(({ meter }) => meter),
        windows.map(({ seconds }) => Math.max(0, nowMs - seconds * 1000)),
        windows.map(({ scope }) => scope === 'owner'),
      ]);
      return windows.map((window, index) => {
        const row = rows[index];
        if (row === undefined) throw new Error(`no usage for window ${index} of ${windows.length}`);
        return { ...window, alone: row.alone, total: row.total };
      });
    },
    async comesBackAt(walletId, { terms, scope, windowSeconds, limitKind, limit, asked }, nowMs) {
      if (asked > limit) return null;
      const row = await session.first<{ readonly at_ms: number | null }>(BUDGET_ROOM_AT, [
        walletId,
        scope === 'owner',
        terms.map(({ meter }) => meter),
        terms.map(({ weight }) => weight),
        limitKind === 'autonomous',
        windowSeconds * 1000,
        nowMs,
        limit - asked,
      ]);
      return row?.at_ms ?? null;
    },
    /** One statement for all meters. */
    async reserve({ attemptId, walletId, holding: { alone, amounts }, atMs }) {
      clock.notBefore(atMs);
      const meters = amounts.map(({ meter }) => meter);
      await session.change(RESERVE, [attemptId, walletId, alone, meters, amounts.map(({ amount }) => amount), atMs]);
    },
    async settle(attemptId, amounts, atMs) {
      clock.notBefore(atMs);
      const row = await session.first<{ readonly held: number; readonly settled: number }>(SETTLE, [
        attemptId,
        amounts.map(({ meter }) => meter),
        amounts.map(({ amount }) => amount),
        atMs,
      ]);
      if (row === null || row.held === 0 || row.settled < row.held)
        throw new Error(`attempt ${attemptId} holds ${row?.held} meters, and ${row?.settled} of them were settled`);
    },
    async release(attemptId) {
      if ((await session.change(RELEASE, [attemptId])) === 0) throw new Error(`attempt ${attemptId} holds no reservation to release`);
    },
  };
}
