import {
  AUDIT_GENESIS,
  type AuditChain,
  type AuditEntry,
  type AuditEvent,
  auditPreimage,
  type IAuditStore,
  type Sha256Hex,
  sha256Hex,
} from '@countersign/core';
import { build } from '../connection/query-builder.ts';
import type { Session } from '../connection/session.ts';
import { statement } from '../connection/statement.ts';
import type { AuditEntryRow } from '../tables.ts';

// In one order of chains, so that two transactions that append to the same chains wait for each other and do not deadlock.
const LOCK_HEADS = statement(
  'audit_lock_heads',
  'SELECT chain, sequence, hash FROM audit_heads WHERE chain = ANY ($1::text[]) ORDER BY chain FOR NO KEY UPDATE',
);
const BEGIN_CHAINS = statement(
  'audit_begin_chains',
  `INSERT INTO audit_heads (chain, sequence, hash) SELECT chain, 0, repeat('0', 64) FROM unnest($1::text[]) AS c (chain)
   ORDER BY chain ON CONFLICT (chain) DO NOTHING`,
);
const APPEND = statement(
  'audit_append',
  `WITH appended AS (
     INSERT INTO audit_entries (chain, sequence, at_ms, actor, action, subject, details, previous_hash, hash)
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::json[], $8::text[], $9::text[])
   )
   UPDATE audit_heads h SET sequence = n.sequence, hash = n.hash
   FROM unnest($10::text[], $11::bigint[], $12::text[]) AS n (chain, sequence, hash) WHERE h.chain = n.chain`,
);
const READ = statement(
  'audit_read',
  `SELECT chain, sequence, at_ms, actor, action, subject, details, previous_hash, hash FROM audit_entries
   WHERE chain = $1 AND sequence >= $2 ORDER BY sequence LIMIT $3`,
);
const CHAINS = statement(
  'audit_chains',
  'SELECT chain FROM audit_heads WHERE sequence > 0 UNION SELECT chain FROM audit_entries ORDER BY chain',
);
const HEAD = statement('audit_head', 'SELECT chain, sequence, hash FROM audit_heads WHERE chain = $1 AND sequence > 0');

interface HeadRow {
  readonly chain: AuditChain;
  readonly sequence: number;
  readonly hash: Sha256Hex;
}
interface Head {
  readonly sequence: bigint;
  readonly hash: Sha256Hex;
}

/** INVARIANT I10. The hash is computed here, over the exact text of docs/spec/audit.md; the head row's lock makes appends take turns. */
export function auditStore(session: Session): IAuditStore {
  // Heads that this transaction has locked; nobody else can move them before it ends.
  const heads = new Map<AuditChain, Head>();

  async function lockHeads(chains: readonly AuditChain[]): Promise<void> {
    for (const row of await session.rows<HeadRow>(LOCK_HEADS, [chains]))
      heads.set(row.chain, { sequence: BigInt(row.sequence), hash: row.hash });
  }

  return {
    async hold(chain) {
      if (!heads.has(chain)) await lockHeads([chain]);
    },
    async append(events, atMs) {
      if (events.length === 0) return;
      const missing = (): readonly AuditChain[] => [...new Set(events.map(({ chain }) => chain))].filter((chain) => !heads.has(chain));
      if (missing().length > 0) await lockHeads(missing());
      if (missing().length > 0) {
        await session.change(BEGIN_CHAINS, [missing()]);
        await lockHeads(missing());
      }
      const entries = events.map((event) => {
        const entry = nextEntry(event, heads.get(event.chain) ?? { sequence: 0n, hash: AUDIT_GENESIS }, atMs);
        heads.set(event.chain, entry);
        return entry;
      });
      const moved = new Map(entries.map((entry) => [entry.chain, entry]));
      const changed = await session.change(APPEND, appendValues(entries, [...moved.values()]));
      if (changed !== moved.size) throw new Error(`${moved.size} audit heads had to move and ${changed} did`);
    },
    read: async (chain, from, limit) => (await session.rows<AuditEntryRow>(READ, [chain, from, limit])).map(entryFromRow),
    chains: async () => (await session.rows<{ readonly chain: AuditChain }>(CHAINS, [])).map(({ chain }) => chain),
    async list(chain, { limit, beforeSequence }) {
      let query = build.selectFrom('audit_entries').selectAll();
      if (beforeSequence !== null) query = query.where('sequence', '<', Number(beforeSequence));
      query =
        chain === null
          ? query.orderBy('at_ms', 'desc').orderBy('chain', 'desc').orderBy('sequence', 'desc')
          : query.where('chain', '=', chain).orderBy('sequence', 'desc');
      return (await session.built<AuditEntryRow>(query.limit(limit).compile())).map(entryFromRow);
    },
    async head(chain) {
      const row = await session.first<HeadRow>(HEAD, [chain]);
      return row && { sequence: BigInt(row.sequence), hash: row.hash };
    },
  };
}

function nextEntry(event: AuditEvent, head: Head, atMs: number): AuditEntry {
  const { chain, action, actor, subject, details } = event;
  const entry = { chain, action, actor, subject, details, sequence: head.sequence + 1n, atMs, previousHash: head.hash };
  return { ...entry, hash: sha256Hex(auditPreimage(entry)) as Sha256Hex };
}

function appendValues(entries: readonly AuditEntry[], moved: readonly AuditEntry[]): readonly unknown[] {
  return [
    entries.map(({ chain }) => chain),
    entries.map(({ sequence }) => sequence),
    entries.map(({ atMs }) => atMs),
    entries.map(({ actor }) => actor),
    entries.map(({ action }) => action),
    entries.map(({ subject }) => subject),
    entries.map(({ details }) => JSON.stringify(details)),
    entries.map(({ previousHash }) => previousHash),
    entries.map(({ hash }) => hash),
    moved.map(({ chain }) => chain),
    moved.map(({ sequence }) => sequence),
    moved.map(({ hash }) => hash),
  ];
}

function entryFromRow(row: AuditEntryRow): AuditEntry {
  return {
    chain: row.chain,
    sequence: BigInt(row.sequence),
    atMs: row.at_ms,
    actor: row.actor,
    action: row.action,
    subject: row.subject,
    details: row.details,
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}
