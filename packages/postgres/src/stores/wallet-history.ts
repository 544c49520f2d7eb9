import type { Address, IRequestStore, WalletHistory, WalletId } from '@countersign/core';
import type { Session } from '../connection/session.ts';
import { type Statement, statement } from '../connection/statement.ts';

// Each part is one look-up at the end of an index, or counts at most as many rows as were asked for.
/** $1 wallet, $2 recipients, $3 denials since, $4 most denials, $5 most failures; test/history.test.ts explains it. */
export const WALLET_HISTORY: Statement = statement(
  'wallet_history',
  `WITH finalized AS MATERIALIZED (
     SELECT updated_at_ms AS at_ms FROM transaction_requests WHERE wallet_id = $1 AND state = 'finalized' ORDER BY updated_at_ms DESC LIMIT 1
   )
   SELECT
     (SELECT created_at_ms FROM attempts
      WHERE wallet_id = $1 AND alone AND state NOT IN ('failed', 'expired', 'withdrawn') ORDER BY created_at_ms DESC LIMIT 1) AS last_alone_at_ms,
     ARRAY(SELECT r.address FROM unnest($2::text[]) WITH ORDINALITY AS r (address, place) WHERE EXISTS (
       SELECT FROM transaction_requests q WHERE q.wallet_id = $1 AND q.recipient = r.address AND q.state = 'finalized'
     ) ORDER BY r.place) AS paid_before,
     (SELECT count(*) FROM (
       SELECT FROM transaction_requests WHERE wallet_id = $1 AND state = 'denied' AND updated_at_ms >= $3 LIMIT $4
     ) d) AS denials,
     (SELECT count(*) FROM (
       (SELECT FROM transaction_requests
        WHERE wallet_id = $1 AND state = 'denied' AND updated_at_ms >= coalesce((SELECT at_ms FROM finalized), 0) LIMIT $5)
       UNION ALL
       (SELECT FROM transaction_requests
        WHERE wallet_id = $1 AND state = 'failed' AND updated_at_ms >= coalesce((SELECT at_ms FROM finalized), 0) LIMIT $5)
       LIMIT $5
     ) f) AS failures`,
);

interface Row {
  readonly last_alone_at_ms: number | null;
  readonly paid_before: readonly Address[];
  readonly denials: number;
  readonly failures: number;
}

/** See IRequestStore.history. A request that ended badly in the very millisecond of the last success counts as after it. */
export async function readWalletHistory(
  session: Session,
  walletId: WalletId,
  { recipients, denialsSinceMs, mostDenials, mostFailures }: Parameters<IRequestStore['history']>[1],
): Promise<WalletHistory> {
  const row = await session.first<Row>(WALLET_HISTORY, [walletId, recipients, denialsSinceMs, mostDenials, mostFailures]);
  if (row === null) throw new Error('the database told no history');
  return { lastAloneAtMs: row.last_alone_at_ms, paidBefore: row.paid_before, denials: row.denials, failuresInARow: row.failures };
}
