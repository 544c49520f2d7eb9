import type { AuditChain, Dependencies, IAuditStore } from '@countersign/core';
import type { ReadyView } from '@countersign/sdk';
import type { IOwnerKeyHere } from '../owner-key-here/owner-key-here.ts';

export type AuditVerdict =
  | { readonly ok: true; readonly entries: bigint; readonly head: string }
  | { readonly ok: false; readonly sequence: bigint; readonly problem: string };

/** What the HTTP interface stands on. */
export interface Backend {
  /** `null` while the service is not connected to everything it needs; routes then answer `not_ready`. */
  current(): Dependencies | null;
  readiness(): Promise<ReadyView>;
  /** Recomputes one whole chain of the audit log. */
  verifyAuditChain(store: Pick<IAuditStore, 'read' | 'head'>, chain: AuditChain): Promise<AuditVerdict>;
  /** As what owners sign in: by configuration, never by what a request says. */
  origin(): Origin;
  /** Opens the owner's sealed key for one action; `null` where the service is not set to. */
  readonly ownerKeyHere: IOwnerKeyHere | null;
}
/** Host (and port) under which owners reach the service, and its address. */
export interface Origin {
  readonly domain: string;
  readonly uri: string;
}
