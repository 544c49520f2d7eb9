import type { Branded } from './brand.ts';
import type { WalletId } from './ids.ts';

export type Sha256Hex = Branded<string, 'Sha256Hex'>;

/** One chain a wallet, and one for what belongs to no wallet. */
export type AuditChain = WalletId | 'system';

export interface AuditEvent {
  readonly chain: AuditChain;
  /** What happened, `noun.verb`: `request.decided`, `attempt.signed`, `wallet.frozen`. */
  readonly action: string;
  /** Who did it: a credential id, `owner:<address>`, or `service`. */
  readonly actor: string;
  /** The thing it happened to: an id. */
  readonly subject: string;
  readonly details: AuditDetails;
}
export type AuditDetails = { readonly [name: string]: string | number | boolean | null | readonly string[] };

export interface AuditEntry extends AuditEvent {
  /** From 1, without gaps, in each chain. */
  readonly sequence: bigint;
  readonly atMs: number;
  readonly previousHash: Sha256Hex;
  readonly hash: Sha256Hex;
}

/** The hash before the first entry of a chain. */
export const AUDIT_GENESIS: Sha256Hex = '0'.repeat(64) as Sha256Hex;

/** The exact text whose SHA-256 is an entry's hash: one JSON array, names of details sorted. docs/spec/audit.md. */
export function auditPreimage(entry: Omit<AuditEntry, 'hash'>): string {
  const details = Object.fromEntries(Object.entries(entry.details).sort(([one], [other]) => (one < other ? -1 : 1)));
  return JSON.stringify([
    'countersign-audit-v1',
    entry.chain,
    entry.sequence.toString(),
    entry.atMs,
    entry.actor,
    entry.action,
    entry.subject,
    details,
    entry.previousHash,
  ]);
}
