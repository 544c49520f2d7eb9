import type { IKeyStore, WalletKey } from '@countersign/core';
import type { Session } from '../connection/session.ts';
import { statement } from '../connection/statement.ts';
import type { KeyRow } from '../tables.ts';

const COLUMNS = 'id, wallet_id, role, address, state, created_at_ms, activated_at_ms, due_at_ms, rotation_reason, ended_at_ms';
const LIVE_STATES = `state IN ('active', 'rotation_pending', 'suspended')`;
const INSERT = statement('key_insert', `INSERT INTO wallet_keys (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`);
const LIVE = statement('key_live', `SELECT ${COLUMNS} FROM wallet_keys WHERE wallet_id = $1 AND role = $2 AND ${LIVE_STATES}`);
const OF_ADDRESS = statement(
  'key_of_address',
  `SELECT ${COLUMNS} FROM wallet_keys WHERE wallet_id = $1 AND address = $2 ORDER BY state = 'failed', id DESC LIMIT 1`,
);
const LIST = statement('key_list', `SELECT ${COLUMNS} FROM wallet_keys WHERE wallet_id = $1 ORDER BY id DESC`);
const DUE = statement(
  'key_due',
  `SELECT ${COLUMNS} FROM wallet_keys WHERE ${LIVE_STATES} AND (due_at_ms < $1 OR rotation_reason IS NOT NULL)
   ORDER BY due_at_ms NULLS LAST, id LIMIT $2`,
);
// `$6` and `$9` say whether a value that may become null is given at all.
const MOVE = statement(
  'key_move',
  `UPDATE wallet_keys SET state = $3, activated_at_ms = coalesce($4, activated_at_ms),
     due_at_ms = CASE WHEN $6::boolean THEN $5 ELSE due_at_ms END, ended_at_ms = coalesce($7, ended_at_ms),
     rotation_reason = CASE WHEN $9::boolean THEN $8 ELSE rotation_reason END
   WHERE id = $1 AND state = $2`,
);
const CALL = statement(
  'key_call_for_rotation',
  `UPDATE wallet_keys SET rotation_reason = $2 WHERE id = $1 AND ${LIVE_STATES} AND rotation_reason IS NULL`,
);

const REMIND = statement(
  'key_remind',
  `UPDATE wallet_keys SET reminded_at_ms = $2 WHERE id = $1 AND ${LIVE_STATES} AND (reminded_at_ms IS NULL OR reminded_at_ms < $3)`,
);

export function keyStore(session: Session): IKeyStore {
  return {
    async insert(key) {
      await session.change(INSERT, [
        key.id,
        key.walletId,
        key.role,
        key.address,
        key.state,
        key.createdAtMs,
        key.activatedAtMs,
        key.dueAtMs,
        key.rotationReason,
        key.endedAtMs,
      ]);
    },
    async live(walletId, role) {
      const row = await session.first<KeyRow>(LIVE, [walletId, role]);
      return row && keyFromRow(row);
    },
    async ofAddress(walletId, address) {
      const row = await session.first<KeyRow>(OF_ADDRESS, [walletId, address]);
      return row && keyFromRow(row);
    },
    list: async (walletId) => (await session.rows<KeyRow>(LIST, [walletId])).map(keyFromRow),
    due: async (beforeMs, limit) => (await session.rows<KeyRow>(DUE, [beforeMs, limit])).map(keyFromRow),
    async move(id, from, to, { activatedAtMs, dueAtMs, endedAtMs, rotationReason }) {
      const values = [
        ...[id, from, to, activatedAtMs ?? null],
        ...[dueAtMs ?? null, dueAtMs !== undefined],
        ...[endedAtMs ?? null, rotationReason ?? null, rotationReason !== undefined],
      ];
      return (await session.change(MOVE, values)) === 1;
    },
    callForRotation: async (id, reason) => (await session.change(CALL, [id, reason])) === 1,
    remind: async (id, atMs, sinceMs) => (await session.change(REMIND, [id, atMs, sinceMs])) === 1,
  };
}

function keyFromRow(row: KeyRow): WalletKey {
  return {
    id: row.id,
    walletId: row.wallet_id,
    role: row.role,
    address: row.address,
    state: row.state,
    createdAtMs: row.created_at_ms,
    activatedAtMs: row.activated_at_ms,
    dueAtMs: row.due_at_ms,
    rotationReason: row.rotation_reason,
    endedAtMs: row.ended_at_ms,
  };
}
