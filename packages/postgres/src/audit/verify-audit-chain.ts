import {
  AUDIT_GENESIS,
  type AuditChain,
  type AuditEntry,
  auditPreimage,
  type IAuditStore,
  type Sha256Hex,
  sha256Hex,
} from '@countersign/core';

const PAGE_ENTRIES = 1_000;

export type AuditVerdict =
  | { readonly ok: true; readonly entries: bigint; readonly head: Sha256Hex }
  /** `sequence` is the first entry that is wrong, or the one that is missing. */
  | { readonly ok: false; readonly sequence: bigint; readonly problem: string };

/**
 * Reads a whole chain and recomputes every hash. Finds changed, removed and reordered entries and a head that names another end; entries
 * that are appended meanwhile are no fault. What it cannot find: a tail that was cut off together with the head, docs/spec/audit.md.
 */
export async function verifyAuditChain(store: Pick<IAuditStore, 'read' | 'head'>, chain: AuditChain): Promise<AuditVerdict> {
  const headBefore = await store.head(chain);
  let last: { readonly sequence: bigint; readonly hash: Sha256Hex } = { sequence: 0n, hash: AUDIT_GENESIS };
  for (;;) {
    const page = await store.read(chain, last.sequence + 1n, PAGE_ENTRIES);
    for (const entry of page) {
      const problem = problemWith(entry, last);
      if (problem !== null) return problem;
      last = entry;
      if (headBefore?.sequence === entry.sequence && headBefore.hash !== entry.hash)
        return { ok: false, sequence: entry.sequence, problem: 'the head tells another hash than the last entry has' };
    }
    if (page.length < PAGE_ENTRIES) break;
  }
  const told = headBefore?.sequence ?? 0n;
  if (last.sequence < told) return { ok: false, sequence: last.sequence + 1n, problem: `removed: the head tells of entries up to ${told}` };
  if (last.sequence > told) {
    const headAfter = await store.head(chain);
    if (headAfter === null || headAfter.sequence < last.sequence)
      return { ok: false, sequence: last.sequence, problem: `the head tells of entries up to ${headAfter?.sequence ?? 0n} only` };
  }
  return { ok: true, entries: last.sequence, head: last.hash };
}

function problemWith(entry: AuditEntry, last: { readonly sequence: bigint; readonly hash: Sha256Hex }): AuditVerdict | null {
  const expected = last.sequence + 1n;
  if (entry.sequence !== expected)
    return { ok: false, sequence: expected, problem: `removed: the next entry that is there is ${entry.sequence}` };
  const intact = sha256Hex(auditPreimage(entry)) === entry.hash;
  const follows = entry.previousHash === last.hash;
  if (intact && follows) return null;
  if (follows) return { ok: false, sequence: expected, problem: 'changed: its contents do not have its hash' };
  if (intact)
    return { ok: false, sequence: expected, problem: `does not follow entry ${last.sequence}: one of the two was changed or replaced` };
  return { ok: false, sequence: expected, problem: 'reordered or replaced: it neither has its hash nor follows the entry before it' };
}
