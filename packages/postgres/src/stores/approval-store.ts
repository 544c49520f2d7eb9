import type { Approval, IApprovalStore } from '@countersign/core';
import { build } from '../connection/query-builder.ts';
import type { Session } from '../connection/session.ts';
import { statement } from '../connection/statement.ts';
import type { ApprovalRow } from '../tables.ts';

const COLUMNS =
  'id, wallet_id, kind, state, request_id, policy_revision, change, prepared, problem, created_at_ms, expires_at_ms, releases_at_ms';
const INSERT = statement(
  'approval_insert',
  `INSERT INTO approvals (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
);
const GET = statement('approval_get', `SELECT ${COLUMNS} FROM approvals WHERE id = $1`);
const LOCK = statement('approval_lock', `SELECT ${COLUMNS} FROM approvals WHERE id = $1 FOR NO KEY UPDATE`);
const OF_REQUEST = statement('approval_of_request', `SELECT ${COLUMNS} FROM approvals WHERE request_id = $1 ORDER BY id DESC LIMIT 1`);
const OVERDUE = statement(
  'approval_overdue',
  `SELECT ${COLUMNS} FROM approvals WHERE state = 'waiting' AND releases_at_ms IS NULL AND expires_at_ms < $1
   ORDER BY expires_at_ms, id LIMIT $2`,
);
const RELEASABLE = statement(
  'approval_releasable',
  `SELECT ${COLUMNS} FROM approvals WHERE state = 'waiting' AND releases_at_ms IS NOT NULL AND releases_at_ms <= $1
   ORDER BY releases_at_ms, id LIMIT $2`,
);
const PREPARE = statement('approval_prepare', 'UPDATE approvals SET prepared = $2 WHERE id = $1');
// What an approval that is done had in its way stands no longer; what the owner consented to is not released by itself any more.
const MOVE = statement(
  'approval_move',
  `UPDATE approvals SET state = $3, problem = CASE WHEN $3 = 'done' THEN $4 ELSE coalesce($4, problem) END,
     releases_at_ms = CASE WHEN $3 = 'executing' THEN NULL ELSE releases_at_ms END
   WHERE id = $1 AND state = $2`,
);
const HOLD_BACK = statement(
  'approval_hold_back',
  `UPDATE approvals SET releases_at_ms = NULL, problem = $2 WHERE id = $1 AND state = 'waiting'`,
);
const NOTE = statement('approval_note', `UPDATE approvals SET problem = $2 WHERE id = $1 AND state IN ('waiting', 'executing')`);

export function approvalStore(session: Session): IApprovalStore {
  return {
    async insert(approval) {
      await session.change(INSERT, [
        approval.id,
        approval.walletId,
        approval.kind,
        approval.state,
        approval.requestId,
        approval.policyRevision,
        approval.change === null ? null : JSON.stringify(approval.change),
        approval.prepared === null ? null : JSON.stringify(approval.prepared),
        approval.problem,
        approval.createdAtMs,
        approval.expiresAtMs,
        approval.releasesAtMs,
      ]);
    },
    async get(id) {
      const row = await session.first<ApprovalRow>(GET, [id]);
      return row && approvalFromRow(row);
    },
    async lock(id) {
      const row = await session.first<ApprovalRow>(LOCK, [id]);
      return row && approvalFromRow(row);
    },
    async ofRequest(requestId) {
      const row = await session.first<ApprovalRow>(OF_REQUEST, [requestId]);
      return row && approvalFromRow(row);
    },
    async list({ walletId, state, kind }, { limit, cursor }) {
      let query = build.selectFrom('approvals').selectAll();
      if (walletId !== null) query = query.where('wallet_id', '=', walletId);
      if (state !== null) query = query.where('state', '=', state);
      if (kind !== null) query = query.where('kind', '=', kind);
      if (cursor !== null) query = query.where('id', '<', cursor);
      return (await session.built<ApprovalRow>(query.orderBy('id', 'desc').limit(limit).compile())).map(approvalFromRow);
    },
    overdue: async (nowMs, limit) => (await session.rows<ApprovalRow>(OVERDUE, [nowMs, limit])).map(approvalFromRow),
    releasable: async (nowMs, limit) => (await session.rows<ApprovalRow>(RELEASABLE, [nowMs, limit])).map(approvalFromRow),
    async prepare(id, prepared) {
      const changed = await session.change(PREPARE, [id, prepared === null ? null : JSON.stringify(prepared)]);
      if (changed !== 1) throw new Error(`there is no approval ${id} to prepare`);
    },
    holdBack: async (id, problem) => (await session.change(HOLD_BACK, [id, problem])) === 1,
    /** Nothing happens to an approval that has ended. */
    async note(id, problem) {
      await session.change(NOTE, [id, problem]);
    },
    move: async (id, from, to, { problem }) => (await session.change(MOVE, [id, from, to, problem ?? null])) === 1,
  };
}

function approvalFromRow(row: ApprovalRow): Approval {
  return {
    id: row.id,
    walletId: row.wallet_id,
    kind: row.kind,
    state: row.state,
    requestId: row.request_id,
    policyRevision: row.policy_revision,
    change: row.change,
    prepared: row.prepared,
    problem: row.problem,
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
    releasesAtMs: row.releases_at_ms,
  };
}
