import { type IStatementStore, parseOwnerStatement } from '@countersign/core';
import type { Session } from '../connection/session.ts';
import { statement } from '../connection/statement.ts';

const USE = statement(
  'statement_use',
  `INSERT INTO used_statements (wallet_id, nonce, text, signature, revision, used_at_ms) VALUES ($1, $2, $3, $4, $5, $6)
   ON CONFLICT (wallet_id, nonce) DO NOTHING`,
);
const OF_REVISION = statement(
  'statement_of_revision',
  'SELECT text, signature FROM used_statements WHERE wallet_id = $1 AND revision = $2 ORDER BY used_at_ms DESC, nonce DESC LIMIT 1',
);

/** INVARIANT I6: a nonce is used once. */
export function statementStore(session: Session): IStatementStore {
  return {
    async use({ walletId, nonce, text, signature, atMs }) {
      const parsed = parseOwnerStatement(text);
      const revision = parsed.ok && parsed.value.action === 'install-policy' ? parsed.value.revision : null;
      return (await session.change(USE, [walletId, nonce, text, signature, revision, atMs])) === 1;
    },
    ofRevision: (walletId, revision) =>
      session.first<{ readonly text: string; readonly signature: Uint8Array }>(OF_REVISION, [walletId, revision]),
  };
}
