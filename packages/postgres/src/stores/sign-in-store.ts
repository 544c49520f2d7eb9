import type { ISignInStore, SignInChallenge } from '@countersign/core';
import type { Session } from '../connection/session.ts';
import { statement } from '../connection/statement.ts';

const COLUMNS = 'nonce, text, owner_address AS owner, expires_at_ms AS "expiresAtMs"';
const INSERT = statement(
  'sign_in_insert',
  'INSERT INTO sign_in_challenges (nonce, text, owner_address, expires_at_ms) VALUES ($1, $2, $3, $4)',
);
// Of two that take the same one, the second waits for the first, and finds nothing where that one commits.
const TAKE = statement('sign_in_take', `DELETE FROM sign_in_challenges WHERE nonce = $1 AND expires_at_ms > $2 RETURNING ${COLUMNS}`);
const FORGET_EXPIRED = statement(
  'sign_in_forget_expired',
  `DELETE FROM sign_in_challenges WHERE nonce IN (
     SELECT nonce FROM sign_in_challenges WHERE expires_at_ms < $1 ORDER BY expires_at_ms, nonce LIMIT $2 FOR UPDATE SKIP LOCKED
   )`,
);

/** INVARIANT I6: a challenge is answered once. */
export function signInStore(session: Session): ISignInStore {
  return {
    async insert({ nonce, text, owner, expiresAtMs }) {
      await session.change(INSERT, [nonce, text, owner, expiresAtMs]);
    },
    take: (nonce, nowMs) => session.first<SignInChallenge>(TAKE, [nonce, nowMs]),
    forgetExpired: (beforeMs, limit) => session.change(FORGET_EXPIRED, [beforeMs, limit]),
  };
}
