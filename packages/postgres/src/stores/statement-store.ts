import { type IStatementStore, isInstalling, parseOwnerStatement, type SignedStatement } from '@countersign/core';
import type { Session } from '../connection/session.ts';
import { statement } from '../connection/statement.ts';

const USE = statement(
  'statement_use',
  `INSERT INTO used_statements (wallet_id, nonce, text, signature, second_signature, revision, used_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)
   ON CONFLICT (wallet_id, nonce) DO NOTHING`,
);
const OF_REVISION = statement(
  'statement_of_revision',
  `SELECT text, signature, second_signature AS "secondSignature" FROM used_statements
   WHERE wallet_id = $1 AND revision = $2 ORDER BY used_at_ms DESC, nonce DESC LIMIT 1`,
);

const OF_NONCE = statement(
  'statement_of_nonce',
  'SELECT text, signature, second_signature AS "secondSignature" FROM used_statements WHERE wallet_id = $1 AND nonce = $2',
);

/** INVARIANT I6: a nonce is used once. */
export function statementStore(session: Session): IStatementStore {
  return {
    async use({ walletId, nonce, text, signature, secondSignature, atMs }) {
      const parsed = parseOwnerStatement(text);
      const revision = parsed.ok && isInstalling(parsed.value) ? parsed.value.revision : null;
      return (await session.change(USE, [walletId, nonce, text, signature, secondSignature, revision, atMs])) === 1;
    },
    ofRevision: (walletId, revision) => session.first<SignedStatement>(OF_REVISION, [walletId, revision]),
    ofNonce: (walletId, nonce) => session.first<SignedStatement>(OF_NONCE, [walletId, nonce]),
  };
}
