import type { IPolicyStore, PolicyRevision } from '@countersign/core';
import type { Session } from '../connection/session.ts';
import { statement } from '../connection/statement.ts';
import type { PolicyRow } from '../tables.ts';
import { limitsFromJson, limitsToJson } from './limit-json.ts';

const COLUMNS = 'wallet_id, revision, state, text, policy_sha256, bounds, bounds_sha256, limits, created_at_ms, activated_at_ms';
const INSERT = statement('policy_insert', `INSERT INTO policy_revisions (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`);
const GET = statement('policy_get', `SELECT ${COLUMNS} FROM policy_revisions WHERE wallet_id = $1 AND revision = $2 AND state <> 'void'`);
const ACTIVE = statement('policy_active', `SELECT ${COLUMNS} FROM policy_revisions WHERE wallet_id = $1 AND state = 'active'`);
const LIST = statement('policy_list', `SELECT ${COLUMNS} FROM policy_revisions WHERE wallet_id = $1 ORDER BY proposal DESC`);
const MOVE = statement(
  'policy_move',
  `UPDATE policy_revisions SET state = $4, activated_at_ms = CASE $4 WHEN 'active' THEN $5::bigint ELSE activated_at_ms END
   WHERE wallet_id = $1 AND revision = $2 AND state = $3`,
);

export function policyStore(session: Session): IPolicyStore {
  return {
    async insert(revision) {
      await session.change(INSERT, [
        revision.walletId,
        revision.revision,
        revision.state,
        revision.text,
        revision.policySha256,
        revision.bounds,
        revision.boundsSha256,
        limitsToJson(revision.limits),
        revision.createdAtMs,
        revision.activatedAtMs,
      ]);
    },
    async get(walletId, revision) {
      const row = await session.first<PolicyRow>(GET, [walletId, revision]);
      return row && policyFromRow(row);
    },
    async active(walletId) {
      const row = await session.first<PolicyRow>(ACTIVE, [walletId]);
      return row && policyFromRow(row);
    },
    list: async (walletId) => (await session.rows<PolicyRow>(LIST, [walletId])).map(policyFromRow),
    move: async (walletId, revision, from, to, atMs) => (await session.change(MOVE, [walletId, revision, from, to, atMs])) === 1,
  };
}

function policyFromRow(row: PolicyRow): PolicyRevision {
  return {
    walletId: row.wallet_id,
    revision: row.revision,
    state: row.state,
    text: row.text,
    policySha256: row.policy_sha256,
    bounds: row.bounds,
    boundsSha256: row.bounds_sha256,
    limits: limitsFromJson(row.limits),
    createdAtMs: row.created_at_ms,
    activatedAtMs: row.activated_at_ms,
  };
}
