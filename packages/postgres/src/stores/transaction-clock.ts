import type { Session } from '../connection/session.ts';
import { statement } from '../connection/statement.ts';

const NOW = statement('now_ms', 'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms');

/** The database's clock within one transaction. It never stands before a decision of a wallet that the transaction has locked. */
export interface TransactionClock {
  nowMs(): Promise<number>;
  /** From now on the clock stands at `atMs` or later. */
  notBefore(atMs: number): void;
}

export function transactionClock(session: Session): TransactionClock {
  let earliestMs = 0;
  return {
    async nowMs() {
      const row = await session.first<{ readonly now_ms: number }>(NOW, []);
      if (row === null) throw new Error('the database told no time');
      return Math.max(row.now_ms, earliestMs);
    },
    notBefore(atMs) {
      earliestMs = Math.max(earliestMs, atMs);
    },
  };
}
