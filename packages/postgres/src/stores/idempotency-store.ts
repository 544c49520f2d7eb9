import type { IIdempotencyStore, RequestId } from '@countersign/core';
import type { Session } from '../connection/session.ts';
import { statement } from '../connection/statement.ts';

// Waits for a transaction that is inserting the same key; inserts nothing when that one commits.
const CLAIM = statement(
  'idempotency_claim',
  `INSERT INTO idempotency_keys (credential_id, key, fingerprint, request_id, created_at_ms) VALUES ($1, $2, $3, $4, $5)
   ON CONFLICT (credential_id, key) DO NOTHING`,
);
const FIND = statement('idempotency_find', 'SELECT fingerprint, request_id FROM idempotency_keys WHERE credential_id = $1 AND key = $2');

interface Row {
  readonly fingerprint: string;
  readonly request_id: RequestId;
}

export function idempotencyStore(session: Session): IIdempotencyStore {
  const find: IIdempotencyStore['find'] = async (credentialId, key) => {
    const row = await session.first<Row>(FIND, [credentialId, key]);
    return row && { fingerprint: row.fingerprint, requestId: row.request_id };
  };
  return {
    find,
    async claim({ credentialId, key, fingerprint, requestId, atMs }) {
      if ((await session.change(CLAIM, [credentialId, key, fingerprint, requestId, atMs])) === 1) return { kind: 'claimed' };
      const taken = await find(credentialId, key);
      if (taken === null) throw new Error('an idempotency key is taken and cannot be read');
      return { kind: 'taken', ...taken };
    },
  };
}
