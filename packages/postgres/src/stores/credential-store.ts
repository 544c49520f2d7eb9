import type { Credential, ICredentialStore } from '@countersign/core';
import { build } from '../connection/query-builder.ts';
import type { Session } from '../connection/session.ts';
import { statement } from '../connection/statement.ts';
import type { CredentialRow } from '../tables.ts';

const COLUMNS = 'id, role, wallet_id, label, created_at_ms, revoked_at_ms';
const INSERT = statement('credential_insert', `INSERT INTO credentials (${COLUMNS}, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)`);
const BY_HASH = statement('credential_by_hash', `SELECT ${COLUMNS} FROM credentials WHERE hash = $1`);
const GET = statement('credential_get', `SELECT ${COLUMNS} FROM credentials WHERE id = $1`);
const REVOKE = statement('credential_revoke', 'UPDATE credentials SET revoked_at_ms = $2 WHERE id = $1 AND revoked_at_ms IS NULL');

type Row = Omit<CredentialRow, 'hash'>;

export function credentialStore(session: Session): ICredentialStore {
  return {
    async insert({ id, role, walletId, label, createdAtMs, revokedAtMs }, hash) {
      await session.change(INSERT, [id, role, walletId, label, createdAtMs, revokedAtMs, hash]);
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
      let query = build.selectFrom('credentials').select(['id', 'role', 'wallet_id', 'label', 'created_at_ms', 'revoked_at_ms']);
      if (walletId !== null) query = query.where('wallet_id', '=', walletId);
      if (role !== null) query = query.where('role', '=', role);
      return (await session.built<Row>(query.orderBy('id', 'desc').compile())).map(credentialFromRow);
    },
    revoke: async (id, atMs) => (await session.change(REVOKE, [id, atMs])) === 1,
  };
}

function credentialFromRow(row: Row): Credential {
  return {
    id: row.id,
    role: row.role,
    walletId: row.wallet_id,
    label: row.label,
    createdAtMs: row.created_at_ms,
    revokedAtMs: row.revoked_at_ms,
  };
}
