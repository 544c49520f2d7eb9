import type { Attempt, IAttemptStore } from '@countersign/core';
import type { Session } from '../connection/session.ts';
import { statement } from '../connection/statement.ts';
import type { AttemptRow } from '../tables.ts';
import { holdingFromJson, holdingToJson } from './holding-json.ts';

const COLUMNS = `id, wallet_id, request_id, approval_id, step, state, message, last_valid_block_height, wire, signature,
  holding, problem, created_at_ms`;
/** LIVE_ATTEMPT_STATES as SQL; literal, so that the partial indexes over the same list serve. */
const LIVE = `state IN ('prepared', 'signed', 'submitted', 'confirmed', 'unknown')`;
const SIGNED_LIVE = `state IN ('signed', 'submitted', 'confirmed', 'unknown')`;

const INSERT = statement(
  'attempt_insert',
  `INSERT INTO attempts (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
);
const GET = statement('attempt_get', `SELECT ${COLUMNS} FROM attempts WHERE id = $1`);
const GET_MANY = statement('attempt_get_many', `SELECT ${COLUMNS} FROM attempts WHERE id = ANY ($1::text[])`);
const LIVE_OF_REQUEST = statement('attempt_live_of_request', `SELECT ${COLUMNS} FROM attempts WHERE request_id = $1 AND ${LIVE}`);
const OF_REQUEST = statement('attempt_of_request', `SELECT ${COLUMNS} FROM attempts WHERE request_id = $1 ORDER BY created_at_ms, id`);
const OF_APPROVAL = statement('attempt_of_approval', `SELECT ${COLUMNS} FROM attempts WHERE approval_id = $1 ORDER BY step, id`);
const LIVE_COUNTERSIGNED = statement(
  'attempt_live_countersigned',
  `SELECT ${COLUMNS} FROM attempts WHERE wallet_id = $1 AND NOT alone AND ${SIGNED_LIVE} ORDER BY id`,
);
const OF_WALLET = statement(
  'attempt_of_wallet',
  `SELECT ${COLUMNS} FROM attempts WHERE wallet_id = $1 AND state = ANY ($2::text[]) ORDER BY created_at_ms, id`,
);
const OF_SIGNATURES = statement(
  'attempt_of_signatures',
  `SELECT ${COLUMNS} FROM attempts WHERE wallet_id = $1 AND signature = ANY ($2::text[])`,
);
const UNSETTLED = statement(
  'attempt_unsettled',
  `SELECT ${COLUMNS} FROM attempts a WHERE ${LIVE}
     AND NOT (state = 'prepared' AND EXISTS (SELECT FROM approvals p WHERE p.id = a.approval_id AND p.state = 'waiting'))
   ORDER BY created_at_ms, id LIMIT $1`,
);
const MOVE = statement('attempt_move', 'UPDATE attempts SET state = $3, problem = coalesce($4, problem) WHERE id = $1 AND state = $2');
const MOVE_SIGNED = statement(
  'attempt_move_signed',
  'UPDATE attempts SET state = $3, problem = coalesce($4, problem), wire = $5, signature = $6 WHERE id = $1 AND state = $2',
);

export function attemptStore(session: Session): IAttemptStore {
  return {
    async insert(attempt) {
      await session.change(INSERT, [
        attempt.id,
        attempt.walletId,
        attempt.requestId,
        attempt.approvalId,
        attempt.step,
        attempt.state,
        attempt.message,
        attempt.lastValidBlockHeight,
        attempt.wire,
        attempt.signature,
        attempt.holding === null ? null : holdingToJson(attempt.holding),
        attempt.problem,
        attempt.createdAtMs,
      ]);
    },
    async get(id) {
      const row = await session.first<AttemptRow>(GET, [id]);
      return row && attemptFromRow(row);
    },
    /** In the order of `ids`; an id that is not there is left out. */
    async getMany(ids) {
      const rows = await session.rows<AttemptRow>(GET_MANY, [ids]);
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.flatMap((id) => byId.get(id) ?? []).map(attemptFromRow);
    },
    async liveOfRequest(requestId) {
      const row = await session.first<AttemptRow>(LIVE_OF_REQUEST, [requestId]);
      return row && attemptFromRow(row);
    },
    ofRequest: async (requestId) => (await session.rows<AttemptRow>(OF_REQUEST, [requestId])).map(attemptFromRow),
    ofApproval: async (approvalId) => (await session.rows<AttemptRow>(OF_APPROVAL, [approvalId])).map(attemptFromRow),
    liveCountersigned: async (walletId) => (await session.rows<AttemptRow>(LIVE_COUNTERSIGNED, [walletId])).map(attemptFromRow),
    ofSignatures: async (walletId, signatures) =>
      (await session.rows<AttemptRow>(OF_SIGNATURES, [walletId, signatures])).map(attemptFromRow),
    ofWallet: async (walletId, states) => (await session.rows<AttemptRow>(OF_WALLET, [walletId, states])).map(attemptFromRow),
    unsettled: async (limit) => (await session.rows<AttemptRow>(UNSETTLED, [limit])).map(attemptFromRow),
    async move(id, from, to, { wire, signature, problem }) {
      const values = [id, from, to, problem ?? null];
      if (wire === undefined && signature === undefined) return (await session.change(MOVE, values)) === 1;
      return (await session.change(MOVE_SIGNED, [...values, wire ?? null, signature ?? null])) === 1;
    },
  };
}

function attemptFromRow(row: AttemptRow): Attempt {
  return {
    id: row.id,
    walletId: row.wallet_id,
    requestId: row.request_id,
    approvalId: row.approval_id,
    step: row.step,
    state: row.state,
    message: row.message,
    lastValidBlockHeight: row.last_valid_block_height,
    wire: row.wire,
    signature: row.signature,
    holding: row.holding && holdingFromJson(row.holding),
    problem: row.problem,
    createdAtMs: row.created_at_ms,
  };
}
