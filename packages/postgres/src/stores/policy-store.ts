import type { IPolicyStore, PolicyRevision } from '@countersign/core';
import type { Session } from '../connection/session.ts';
import { type Statement, statement } from '../connection/statement.ts';
import type { PolicyRow, TighteningRow } from '../tables.ts';
import { limitsFromJson, limitsToJson } from './limit-json.ts';

const COLUMNS = 'wallet_id, revision, state, text, policy_sha256, bounds, bounds_sha256, limits, created_at_ms, activated_at_ms';
const INSERT = statement('policy_insert', `INSERT INTO policy_revisions (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`);
// The latest tightening lies at the end of the index of its revision. A void revision left its number to another one, and was never tightened.
const TIGHTENED = `SELECT ${COLUMNS.split(', ')
  .map((column) => `p.${column}`)
  .join(', ')}, t.number, t.text AS tightened_text, t.policy_sha256 AS tightened_sha256, t.actor, t.at_ms
  FROM policy_revisions p LEFT JOIN LATERAL (
    SELECT number, text, policy_sha256, actor, at_ms FROM policy_tightenings
    WHERE wallet_id = p.wallet_id AND revision = p.revision AND p.state IN ('active', 'superseded') ORDER BY number DESC LIMIT 1
  ) t ON true`;
const GET = statement('policy_get', `${TIGHTENED} WHERE p.wallet_id = $1 AND p.revision = $2 AND p.state <> 'void'`);
export const POLICY_ACTIVE: Statement = statement('policy_active', `${TIGHTENED} WHERE p.wallet_id = $1 AND p.state = 'active'`);
const LIST = statement('policy_list', `${TIGHTENED} WHERE p.wallet_id = $1 ORDER BY p.proposal DESC`);
const TIGHTENINGS = statement(
  'policy_tightenings',
  `SELECT number, text, policy_sha256, actor, at_ms FROM policy_tightenings WHERE wallet_id = $1 AND revision = $2 ORDER BY number DESC`,
);
// The revision stays what it is until this transaction has ended.
const TIGHTEN = statement(
  'policy_tighten',
  `WITH active AS (SELECT wallet_id, revision FROM policy_revisions WHERE wallet_id = $1 AND revision = $2 AND state = 'active' FOR SHARE)
   INSERT INTO policy_tightenings (wallet_id, revision, number, text, policy_sha256, actor, at_ms)
   SELECT wallet_id, revision, $3, $4, $5, $6, $7 FROM active ON CONFLICT (wallet_id, revision, number) DO NOTHING`,
);
const MOVE = statement(
  'policy_move',
  `UPDATE policy_revisions SET state = $4, activated_at_ms = CASE $4 WHEN 'active' THEN $5::bigint ELSE activated_at_ms END
   WHERE wallet_id = $1 AND revision = $2 AND state = $3`,
);

type Row = PolicyRow & {
  readonly number: number | null;
  readonly tightened_text: string;
  readonly tightened_sha256: string;
  readonly actor: string;
  readonly at_ms: number;
};

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
      const row = await session.first<Row>(GET, [walletId, revision]);
      return row && policyFromRow(row);
    },
    async active(walletId) {
      const row = await session.first<Row>(POLICY_ACTIVE, [walletId]);
      return row && policyFromRow(row);
    },
    list: async (walletId) => (await session.rows<Row>(LIST, [walletId])).map(policyFromRow),
    async tighten(walletId, revision, { number, text, policySha256, actor, atMs }) {
      return (await session.change(TIGHTEN, [walletId, revision, number, text, policySha256, actor, atMs])) === 1;
    },
    async tightenings(walletId, revision) {
      const rows = await session.rows<TighteningRow>(TIGHTENINGS, [walletId, revision]);
      return rows.map(({ number, text, policy_sha256: policySha256, actor, at_ms: atMs }) => ({ number, text, policySha256, actor, atMs }));
    },
    move: async (walletId, revision, from, to, atMs) => (await session.change(MOVE, [walletId, revision, from, to, atMs])) === 1,
  };
}

function policyFromRow(row: Row): PolicyRevision {
  return {
    walletId: row.wallet_id,
    revision: row.revision,
    state: row.state,
    text: row.text,
    policySha256: row.policy_sha256,
    tightening:
      row.number === null
        ? null
        : { number: row.number, text: row.tightened_text, policySha256: row.tightened_sha256, actor: row.actor, atMs: row.at_ms },
    bounds: row.bounds,
    boundsSha256: row.bounds_sha256,
    limits: limitsFromJson(row.limits),
    createdAtMs: row.created_at_ms,
    activatedAtMs: row.activated_at_ms,
  };
}
