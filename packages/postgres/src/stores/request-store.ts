import type { IRequestStore, TransactionRequest } from '@countersign/core';
import { build } from '../connection/query-builder.ts';
import type { Session } from '../connection/session.ts';
import { statement } from '../connection/statement.ts';
import type { RequestRow } from '../tables.ts';
import { actionColumns, actionFromRow } from './action-columns.ts';
import { decisionFromJson, decisionToJson } from './decision-json.ts';
import { readWalletHistory } from './wallet-history.ts';

const COLUMNS = `id, wallet_id, credential_id, state, asset, amount, recipient, memo, call_message, call_pins, effects, route, decision, intent,
  signature, problem, created_at_ms, updated_at_ms`;
const INSERT = statement(
  'request_insert',
  `INSERT INTO transaction_requests (${COLUMNS})
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
);
const GET = statement('request_get', `SELECT ${COLUMNS} FROM transaction_requests WHERE id = $1`);
const UNDECIDED = statement(
  'request_undecided',
  `SELECT ${COLUMNS} FROM transaction_requests WHERE state = 'received' AND updated_at_ms < $1 ORDER BY updated_at_ms, id LIMIT $2`,
);
// What was in the way of a request that goes on stands no longer.
const PROBLEM = `CASE WHEN $3 IN ('signed', 'submitted', 'confirmed', 'finalized') THEN $6 ELSE coalesce($6, problem) END`;
const MOVE = statement(
  'request_move',
  `UPDATE transaction_requests SET state = $3, updated_at_ms = $4, signature = coalesce($5, signature), problem = ${PROBLEM},
     route = coalesce($7, route)
   WHERE id = $1 AND state = $2`,
);
const NOTE = statement(
  'request_note',
  `UPDATE transaction_requests SET problem = $2
   WHERE id = $1 AND state NOT IN ('denied', 'finalized', 'failed', 'expired', 'rejected', 'cancelled')`,
);
const MOVE_DECIDED = statement(
  'request_move_decided',
  `UPDATE transaction_requests SET state = $3, updated_at_ms = $4, signature = coalesce($5, signature), problem = ${PROBLEM},
     route = coalesce($7, route), decision = $8
   WHERE id = $1 AND state = $2`,
);

export function requestStore(session: Session): IRequestStore {
  return {
    async insert(request) {
      await session.change(INSERT, [
        request.id,
        request.walletId,
        request.credentialId,
        request.state,
        ...actionColumns(request.action),
        JSON.stringify(request.effects),
        request.route,
        decisionToJson(request.decision),
        request.intent,
        request.signature,
        request.problem,
        request.createdAtMs,
        request.updatedAtMs,
      ]);
    },
    async get(id) {
      const row = await session.first<RequestRow>(GET, [id]);
      return row && requestFromRow(row);
    },
    async list(walletId, { limit, cursor, state }) {
      let query = build.selectFrom('transaction_requests').selectAll().where('wallet_id', '=', walletId);
      if (state !== null) query = query.where('state', '=', state);
      if (cursor !== null) query = query.where('id', '<', cursor);
      return (await session.built<RequestRow>(query.orderBy('id', 'desc').limit(limit).compile())).map(requestFromRow);
    },
    history: (walletId, asked) => readWalletHistory(session, walletId, asked),
    undecided: async (beforeMs, limit) => (await session.rows<RequestRow>(UNDECIDED, [beforeMs, limit])).map(requestFromRow),
    /** Nothing happens to a request that has ended. */
    async note(id, problem) {
      await session.change(NOTE, [id, problem]);
    },
    /** The route becomes the one that is named, else the decision's where it has one. */
    async move(id, from, to, { atMs, signature, problem, decision, route }) {
      const values = [id, from, to, atMs, signature ?? null, problem ?? null, route ?? decision?.route ?? null];
      if (decision === undefined) return (await session.change(MOVE, values)) === 1;
      return (await session.change(MOVE_DECIDED, [...values, decisionToJson(decision)])) === 1;
    },
  };
}

function requestFromRow(row: RequestRow): TransactionRequest {
  return {
    id: row.id,
    walletId: row.wallet_id,
    credentialId: row.credential_id,
    state: row.state,
    action: actionFromRow(row),
    effects: row.effects,
    route: row.route,
    decision: decisionFromJson(row.decision),
    intent: row.intent,
    signature: row.signature,
    problem: row.problem,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  };
}
