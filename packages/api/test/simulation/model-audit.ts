import { createHash } from 'node:crypto';
import type { AuditEntry } from '@countersign/core';
import type { Change, Tables } from '@countersign/testkit';

type Fail = (problem: string) => void;
/** A state that changed, or a record that began, with every id that an entry about it may name. */
interface Moved {
  readonly what: string;
  readonly walletId: string;
  readonly ids: readonly (string | null)[];
}

function movedBy(change: Change): readonly Moved[] {
  switch (change.table) {
    case 'requests':
    case 'approvals':
    case 'attempts': {
      const row = change.after;
      if (row === null || change.before?.state === row.state) return [];
      const { id, walletId, state } = row;
      const related =
        change.table === 'attempts'
          ? [change.after?.requestId, change.after?.approvalId]
          : change.table === 'approvals'
            ? [change.after?.requestId ?? walletId]
            : [];
      return [{ what: `${id} is ${state}`, walletId, ids: [id, ...related].map((each) => each ?? null) }];
    }
    case 'policies': {
      const row = change.after;
      if (row === null || change.before?.state === row.state) return [];
      return [{ what: `policy revision ${row.revision} is ${row.state}`, walletId: row.walletId, ids: [] }];
    }
    case 'wallets': {
      const wallet = change.after?.wallet;
      if (wallet === undefined) return [];
      const { id, state, agent, rekeyingBy } = wallet;
      const before = change.before?.wallet;
      if (before?.state !== state) return [{ what: `the wallet is ${state}`, walletId: id, ids: [] }];
      if (before.agent === agent && before.rekeyingBy === rekeyingBy) return [];
      return [{ what: `the wallet has the agent key ${agent}, changing by ${rekeyingBy}`, walletId: id, ids: [] }];
    }
    case 'keys':
    case 'kits': {
      const row = change.after;
      if (row === null || change.before?.state === row.state) return [];
      return [{ what: `${row.id} is ${row.state}`, walletId: row.walletId, ids: [] }];
    }
    case 'tightenings': {
      const row = change.after;
      return row === null ? [] : [{ what: `revision ${row.revision} is tightened`, walletId: row.walletId, ids: [] }];
    }
    default:
      return [];
  }
}

/** INVARIANT I10: what changed state in one commit is told by an entry of the same commit. */
export function checkAuditOfCommit(changes: readonly Change[], fail: Fail): void {
  const moved = changes.flatMap(movedBy);
  if (moved.length === 0) return;
  const entries = changes.flatMap((change): readonly AuditEntry[] =>
    change.table === 'audit' && change.after !== null ? change.after.entries.slice(change.before?.entries.length ?? 0) : [],
  );
  // What an entry names, and what hangs together with it in this commit.
  const named = new Set<string>();
  for (const { subject, details } of entries) {
    named.add(subject);
    for (const value of Object.values(details)) for (const each of Array.isArray(value) ? value : [value]) named.add(String(each));
  }
  for (let grows = true; grows; ) {
    grows = false;
    for (const { ids } of moved) {
      if (!ids.some((id) => id !== null && named.has(id))) continue;
      for (const id of ids) {
        if (id === null || named.has(id)) continue;
        named.add(id);
        grows = true;
      }
    }
  }
  for (const { what, walletId, ids } of moved) {
    const told = entries.some(({ chain }) => chain === walletId) && (ids.length === 0 || ids.some((id) => id !== null && named.has(id)));
    if (!told) fail(`I10: ${what} and no audit entry of the same commit says so`);
  }
}

/** INVARIANT I10: every chain is whole: no gap, and each hash is of its entry and of the hash before it. docs/spec/audit.md. */
export function checkAudit(tables: Tables, fail: Fail): void {
  for (const { chain, entries } of tables.audit.values()) {
    let previousHash = '0'.repeat(64);
    for (const [index, entry] of entries.entries()) {
      const { sequence, atMs, actor, action, subject, details, hash } = entry;
      const names = Object.keys(details).sort();
      const sorted = Object.fromEntries(names.map((name) => [name, details[name]]));
      const text = JSON.stringify(['countersign-audit-v1', chain, sequence.toString(), atMs, actor, action, subject, sorted, previousHash]);
      const whole =
        sequence === BigInt(index + 1) && entry.previousHash === previousHash && createHash('sha256').update(text).digest('hex') === hash;
      if (!whole) fail(`I10: the audit chain ${chain} breaks at ${sequence}`);
      previousHash = hash;
    }
  }
}
