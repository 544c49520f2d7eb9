import type { IWatchMarkStore, WalletId, WatchMark } from '@countersign/core';
import type { Session } from '../connection/session.ts';
import { statement } from '../connection/statement.ts';

const GET = statement('watch_mark_get', 'SELECT wallet_id, slot, newest, seen, at_ms FROM watch_marks WHERE wallet_id = $1');
const PUT = statement(
  'watch_mark_put',
  `INSERT INTO watch_marks AS m (wallet_id, slot, newest, seen, at_ms) VALUES ($1, $2, $3, $4, $5)
   ON CONFLICT (wallet_id) DO UPDATE SET slot = EXCLUDED.slot, newest = EXCLUDED.newest, seen = EXCLUDED.seen, at_ms = EXCLUDED.at_ms
   WHERE m.slot <= EXCLUDED.slot`,
);

interface Row {
  readonly wallet_id: WalletId;
  readonly slot: bigint;
  readonly newest: WatchMark['newest'];
  readonly seen: WatchMark['seen'];
  readonly at_ms: number;
}

/** INVARIANT I11: a mark never goes back. */
export function watchMarkStore(session: Session): IWatchMarkStore {
  return {
    async get(id) {
      const row = await session.first<Row>(GET, [id]);
      if (row === null) return null;
      const { wallet_id: walletId, slot, newest, seen, at_ms: atMs } = row;
      return { walletId, slot, newest, seen, atMs };
    },
    async put({ walletId, slot, newest, seen, atMs }) {
      return (await session.change(PUT, [walletId, slot, JSON.stringify(newest), JSON.stringify(seen), atMs])) === 1;
    },
  };
}
