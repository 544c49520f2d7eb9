import type { AssetId, IBudgetStore } from '@countersign/core';
import type { Session } from '../connection/session.ts';
import { type Statement, statement } from '../connection/statement.ts';
import type { TransactionClock } from './transaction-clock.ts';

// For each window: the sum at the last entry, less the sum at the last entry before the window, less what was given back inside it.
/** $1 wallet, $2 assets, $3 beginnings of the windows; bench/budget.ts explains it. */
export const BUDGET_USAGE: Statement = statement(
  'budget_usage',
  `SELECT coalesce(latest.a, 0) - coalesce(before.a, 0) - given.a AS autonomous, coalesce(latest.t, 0) - coalesce(before.t, 0) - given.t AS total
   FROM unnest($2::text[], $3::bigint[]) WITH ORDINALITY AS w (asset, since_ms, place)
   LEFT JOIN LATERAL (
     SELECT cumulative_autonomous AS a, cumulative_total AS t FROM budget_entries
     WHERE wallet_id = $1 AND asset = w.asset ORDER BY seq DESC LIMIT 1
   ) latest ON true
   LEFT JOIN LATERAL (
     SELECT cumulative_autonomous AS a, cumulative_total AS t FROM budget_entries
     WHERE wallet_id = $1 AND asset = w.asset AND at_ms < w.since_ms ORDER BY at_ms DESC, seq DESC LIMIT 1
   ) before ON true
   CROSS JOIN LATERAL (
     SELECT coalesce(sum(released_amount) FILTER (WHERE route = 'autonomous'), 0) AS a, coalesce(sum(released_amount), 0) AS t
     FROM budget_entries WHERE wallet_id = $1 AND asset = w.asset AND at_ms >= w.since_ms AND released_amount > 0
   ) given
   ORDER BY w.place`,
);
const LEAVES_AT = statement('budget_leaves_at', 'SELECT budget_leaves_at($1, $2, $3, $4, $5) AS at_ms');
const RESERVE = statement(
  'budget_reserve',
  'INSERT INTO budget_entries (attempt_id, wallet_id, asset, amount, route, at_ms) VALUES ($1, $2, $3, $4, $5, $6)',
);
const SETTLE = statement(
  'budget_settle',
  `UPDATE budget_entries SET state = 'settled', released_amount = amount - $2 WHERE attempt_id = $1 AND state = 'reserved' AND amount >= $2`,
);
const RELEASE = statement(
  'budget_release',
  `UPDATE budget_entries SET state = 'released', released_amount = amount WHERE attempt_id = $1 AND state = 'reserved'`,
);

interface UsageRow {
  readonly autonomous: bigint;
  readonly total: bigint;
}

/** INVARIANT I4. docs/adr/0007-budget-windows.md; the places and sums are given by the trigger place_budget_entry. */
export function budgetStore(session: Session, clock: TransactionClock): IBudgetStore {
  return {
    async usage(walletId, windows, nowMs) {
      if (windows.length === 0) return [];
      const rows = await session.rows<UsageRow>(BUDGET_USAGE, [
        walletId,
        windows.map(({ asset }) => asset),
        windows.map(({ seconds }) => startOf(seconds, nowMs)),
      ]);
      return windows.map(({ asset, seconds }, index) => {
        const row = rows[index];
        if (row === undefined) throw new Error(`no usage for window ${index} of ${windows.length}`);
        return { asset, seconds, autonomousUsed: row.autonomous, totalUsed: row.total };
      });
    },
    async comesBackAt(walletId, { asset, seconds, route, mostUsed }, nowMs) {
      const sinceMs = startOf(seconds, nowMs);
      const [usage] = await this.usage(walletId, [{ asset, seconds }], nowMs);
      if (usage === undefined) throw new Error('no usage for one window');
      if ((route === 'autonomous' ? usage.autonomousUsed : usage.totalUsed) <= mostUsed) return null;
      const leaves = await leavesAt(session, walletId, asset, route, sinceMs, mostUsed);
      // An entry still counts when it is exactly as old as the window is long.
      return leaves === null ? null : leaves + seconds * 1000 + 1;
    },
    async reserve({ attemptId, walletId, asset, amount, route, atMs }) {
      await session.change(RESERVE, [attemptId, walletId, asset, amount, route, atMs]);
      clock.notBefore(atMs);
    },
    async settle(attemptId, amount) {
      if ((await session.change(SETTLE, [attemptId, amount])) !== 1)
        throw new Error(`attempt ${attemptId} holds no reservation of at least ${amount} to settle`);
    },
    async release(attemptId) {
      if ((await session.change(RELEASE, [attemptId])) !== 1) throw new Error(`attempt ${attemptId} holds no reservation to release`);
    },
  };
}

function startOf(seconds: number, nowMs: number): number {
  return Math.max(0, nowMs - seconds * 1000);
}

async function leavesAt(
  session: Session,
  walletId: string,
  asset: AssetId,
  route: string,
  sinceMs: number,
  mostUsed: bigint,
): Promise<number | null> {
  const row = await session.first<{ readonly at_ms: number | null }>(LEAVES_AT, [walletId, asset, route, sinceMs, mostUsed]);
  return row?.at_ms ?? null;
}
