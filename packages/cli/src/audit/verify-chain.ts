import { AUDIT_GENESIS, type AuditChain, auditPreimage, type Sha256Hex, sha256Hex } from '@countersign/core';
import type { AuditEntryView } from '@countersign/sdk';

/** What verifying one chain found; `problem` names the first row that is wrong. */
export interface ChainReport {
  readonly chain: string;
  readonly ok: boolean;
  readonly entries: string;
  /** Hash of the last row that is right. */
  readonly head: string;
  readonly problem: string | null;
  readonly sequence: string | null;
}

/** Takes the rows of one chain in the order in which the service gives them, and computes every hash anew. */
export interface ChainVerifier {
  readonly take: (entry: AuditEntryView) => void;
  readonly report: () => ChainReport;
}

/**
 * INVARIANT I10: sequence from 1 without gaps, each row's previous hash is the hash before it, each hash is SHA-256 of the row as it stands.
 * `remembered` are heads that were seen earlier (sequence → hash): a log that was cut or rewritten as a whole no longer has them.
 */
export function createChainVerifier(chain: string, remembered: ReadonlyMap<string, string>): ChainVerifier {
  let expected = 1n;
  let head: string = AUDIT_GENESIS;
  let wrong: { readonly problem: string; readonly sequence: string } | null = null;
  const met = new Set<string>();
  return {
    take: (entry) => {
      if (wrong !== null) return;
      const problem = problemOf(entry, chain, expected, head) ?? differsFromRemembered(entry, remembered);
      if (problem !== null) {
        wrong = { problem, sequence: entry.sequence };
        return;
      }
      met.add(entry.sequence);
      head = entry.hash;
      expected += 1n;
    },
    report: () => {
      const cut = wrong === null ? [...remembered.keys()].find((sequence) => !met.has(sequence)) : undefined;
      const found =
        cut === undefined
          ? wrong
          : { problem: `row ${cut}, which was there earlier, is gone: the end of the log was removed`, sequence: cut };
      return {
        chain,
        ok: found === null,
        entries: (expected - 1n).toString(),
        head,
        problem: found?.problem ?? null,
        sequence: found?.sequence ?? null,
      };
    },
  };
}

function problemOf(entry: AuditEntryView, chain: string, expected: bigint, head: string): string | null {
  if (entry.chain !== chain) return `row ${entry.sequence} belongs to chain ${entry.chain}`;
  if (!/^[1-9][0-9]{0,17}$/.test(entry.sequence)) return `"${entry.sequence}" is not a sequence`;
  const sequence = BigInt(entry.sequence);
  if (sequence > expected) return `row ${expected} is missing: row ${sequence} follows row ${expected - 1n}`;
  if (sequence < expected) return `row ${sequence} stands where row ${expected} should be: rows were reordered or repeated`;
  if (entry.previousHash !== head)
    return `row ${sequence} does not follow row ${expected - 1n}: one of them was removed, replaced or reordered`;
  if (hashOf(entry) !== entry.hash) return `row ${sequence} was changed: its hash is not that of its content`;
  return null;
}

function differsFromRemembered(entry: AuditEntryView, remembered: ReadonlyMap<string, string>): string | null {
  const hash = remembered.get(entry.sequence);
  return hash === undefined || hash === entry.hash
    ? null
    : `row ${entry.sequence} is another one than was seen earlier: the log was rewritten`;
}

/** The hash of a row as it stands; `null` when its moment is none. */
function hashOf(entry: AuditEntryView): string | null {
  const atMs = Date.parse(entry.at);
  if (!Number.isFinite(atMs) || new Date(atMs).toISOString() !== entry.at) return null;
  const { actor, action, subject, details, previousHash } = entry;
  const chain = entry.chain as AuditChain;
  return sha256Hex(
    auditPreimage({
      chain,
      sequence: BigInt(entry.sequence),
      atMs,
      actor,
      action,
      subject,
      details,
      previousHash: previousHash as Sha256Hex,
    }),
  );
}
