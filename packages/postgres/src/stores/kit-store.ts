import type { IKitStore, Kit } from '@countersign/core';
import type { Session } from '../connection/session.ts';
import { statement } from '../connection/statement.ts';
import type { KitRow } from '../tables.ts';

const COLUMNS = `id, wallet_id, approval_id, purpose, part, state, nonce_account, nonce, limits, message, sealed_signature, wire, signature,
  problem, created_at_ms`;
const INSERT = statement(
  'kit_insert',
  `INSERT INTO kits (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
);
const GET = statement('kit_get', `SELECT ${COLUMNS} FROM kits WHERE id = $1`);
const OF_APPROVAL = statement('kit_of_approval', `SELECT ${COLUMNS} FROM kits WHERE approval_id = $1 ORDER BY part`);
const LIST = statement(
  'kit_list',
  `SELECT ${COLUMNS} FROM kits WHERE wallet_id = $1 AND ($2::text IS NULL OR purpose = $2) AND state = ANY ($3::text[]) ORDER BY id DESC`,
);
const MOVE = statement(
  'kit_move',
  `UPDATE kits SET state = $3, sealed_signature = coalesce($4, sealed_signature), wire = coalesce($5, wire),
     signature = coalesce($6, signature), problem = coalesce($7, problem)
   WHERE id = $1 AND state = $2`,
);

export function kitStore(session: Session): IKitStore {
  return {
    async insert(kit) {
      await session.change(INSERT, [
        kit.id,
        kit.walletId,
        kit.approvalId,
        kit.purpose,
        kit.part,
        kit.state,
        kit.nonceAccount,
        kit.nonce,
        JSON.stringify(kit.limits),
        kit.message,
        kit.sealedSignature,
        kit.wire,
        kit.signature,
        kit.problem,
        kit.createdAtMs,
      ]);
    },
    async get(id) {
      const row = await session.first<KitRow>(GET, [id]);
      return row && kitFromRow(row);
    },
    ofApproval: async (approvalId) => (await session.rows<KitRow>(OF_APPROVAL, [approvalId])).map(kitFromRow),
    list: async (walletId, { purpose, states }) => (await session.rows<KitRow>(LIST, [walletId, purpose, states])).map(kitFromRow),
    async move(id, from, to, { sealedSignature, wire, signature, problem }) {
      const values = [id, from, to, sealedSignature ?? null, wire ?? null, signature ?? null, problem ?? null];
      return (await session.change(MOVE, values)) === 1;
    },
  };
}

function kitFromRow(row: KitRow): Kit {
  return {
    id: row.id,
    walletId: row.wallet_id,
    approvalId: row.approval_id,
    purpose: row.purpose,
    part: row.part,
    state: row.state,
    nonceAccount: row.nonce_account,
    nonce: row.nonce,
    limits: row.limits,
    message: row.message,
    sealedSignature: row.sealed_signature,
    wire: row.wire,
    signature: row.signature,
    problem: row.problem,
    createdAtMs: row.created_at_ms,
  };
}
