import type { IIdempotencyStore, RequestId } from '@countersign/core';
import type { Session } from '../connection/session.ts';
import { statement } from '../connection/statement.ts';

// Waits for a transaction that is inserting the same key; inserts nothing when that one commits.
const CLAIM = statement(
  'idempotency_claim',
  `INSERT INTO idempotency_keys (credential_id, key, fingerprint, request_id, created_at_ms) VALUES ($1, $2, $3, $4, $5)
   ON CONFLICT (credential_id, key) DO NOTHING`,
);
const FIND = statement(
  'idempotency_find',
  'SELECT fingerprint, request_id, answer_status, answer_body FROM idempotency_keys WHERE credential_id = $1 AND key = $2',
);
const KEEP_ANSWER = statement(
  'idempotency_keep_answer',
  `UPDATE idempotency_keys SET answer_status = $3, answer_body = $4 WHERE credential_id = $1 AND key = $2 AND answer_status IS NULL`,
);
// Replicas that forget at the same time take different keys.
const FORGET = statement(
  'idempotency_forget',
  `DELETE FROM idempotency_keys WHERE (credential_id, key) IN (
     SELECT k.credential_id, k.key FROM idempotency_keys k JOIN transaction_requests r ON r.id = k.request_id
     WHERE k.created_at_ms < $1 AND r.state IN ('denied', 'finalized', 'failed', 'expired', 'rejected', 'cancelled')
     ORDER BY k.created_at_ms LIMIT $2 FOR UPDATE OF k SKIP LOCKED
   )`,
);

interface Row {
  readonly fingerprint: string;
  readonly request_id: RequestId;
  readonly answer_status: number | null;
  readonly answer_body: string | null;
}

export function idempotencyStore(session: Session): IIdempotencyStore {
  const find: IIdempotencyStore['find'] = async (credentialId, key) => {
    const row = await session.first<Row>(FIND, [credentialId, key]);
    if (row === null) return null;
    const { fingerprint, request_id: requestId, answer_status: status, answer_body: body } = row;
    return { fingerprint, requestId, answer: status === null || body === null ? null : { status, body } };
  };
  return {
    find,
    async claim({ credentialId, key, fingerprint, requestId, atMs }) {
      if ((await session.change(CLAIM, [credentialId, key, fingerprint, requestId, atMs])) === 1) return { kind: 'claimed' };
      const taken = await find(credentialId, key);
      if (taken === null) throw new Error('an idempotency key is taken and cannot be read');
      return { kind: 'taken', fingerprint: taken.fingerprint, requestId: taken.requestId };
    },
    async keepAnswer(credentialId, key, { status, body }) {
      await session.change(KEEP_ANSWER, [credentialId, key, status, body]);
    },
    forget: (beforeMs, limit) => session.change(FORGET, [beforeMs, limit]),
  };
}
