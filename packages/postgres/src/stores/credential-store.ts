import type { Credential, ICredentialStore } from '@countersign/core';
import { build } from '../connection/query-builder.ts';
import type { Session } from '../connection/session.ts';
import { statement } from '../connection/statement.ts';
import type { CredentialRow } from '../tables.ts';

const COLUMNS = 'id, role, wallet_id, owner_address, label, created_at_ms, revoked_at_ms, expires_at_ms';
const INSERT = statement('credential_insert', `INSERT INTO credentials (${COLUMNS}, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`);
// A session ends by the database's clock, whatever the clock of the process that asks says.
const BY_HASH = statement(
  'credential_by_hash',
  `SELECT ${COLUMNS} FROM credentials
   WHERE hash = $1 AND (expires_at_ms IS NULL OR expires_at_ms > extract(epoch FROM clock_timestamp()) * 1000)`,
);
const GET = statement('credential_get', `SELECT ${COLUMNS} FROM credentials WHERE id = $1`);
const REVOKE = statement('credential_revoke', 'UPDATE credentials SET revoked_at_ms = $2 WHERE id = $1 AND revoked_at_ms IS NULL');

// Replicas that forget at the same time take different ones.
const FORGET_EXPIRED = statement(
  'credential_forget_expired',
  `DELETE FROM credentials WHERE id IN (
     SELECT id FROM credentials WHERE expires_at_ms < $1 ORDER BY expires_at_ms, id LIMIT $2 FOR UPDATE SKIP LOCKED
   )`,
);

type Row = Omit<CredentialRow, 'hash'>;
const LISTED = ['id', 'role', 'wallet_id', 'owner_address', 'label', 'created_at_ms', 'revoked_at_ms', 'expires_at_ms'] as const;

export function credentialStore(session: Session): ICredentialStore {
  return {
    async insert({ id, role, walletId, owner, label, createdAtMs, revokedAtMs, expiresAtMs }, hash) {
      await session.change(INSERT, [id, role, walletId, owner, label, createdAtMs, revokedAtMs, expiresAtMs, hash]);
    },
    async byHash(hash) {
      const row = await session.first<Row>(BY_HASH, [hash]);
      return row && credentialFromRow(row);
    },
    async get(id) {
      const row = await session.first<Row>(GET, [id]);
      return row && credentialFromRow(row);
    },
    /** Newest first. */
    async list({ walletId, role }) {
      let query = build.selectFrom('credentials').select(LISTED);
      if (walletId !== null) query = query.where('wallet_id', '=', walletId);
      if (role !== null) query = query.where('role', '=', role);
      return (await session.built<Row>(query.orderBy('id', 'desc').compile())).map(credentialFromRow);
    },
    revoke: async (id, atMs) => (await session.change(REVOKE, [id, atMs])) === 1,
    forgetExpired: (beforeMs, limit) => session.change(FORGET_EXPIRED, [beforeMs, limit]),
  };
}

function credentialFromRow(row: Row): Credential {
  return {
    id: row.id,
    role: row.role,
    walletId: row.wallet_id,
    owner: row.owner_address,
    label: row.label,
    createdAtMs: row.created_at_ms,
    revokedAtMs: row.revoked_at_ms,
    expiresAtMs: row.expires_at_ms,
  };
}
