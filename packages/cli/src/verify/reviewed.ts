import type { Address, Effect } from '@countersign/core';
import type { ApprovalKind } from '@countersign/sdk';

/** A message that was decoded to the last byte and does exactly what the owner is shown. */
export interface CheckedMessage {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly effects: readonly Effect[];
}

/** What the owner is asked to sign, as this tool read it from the bytes itself. */
export interface Checked {
  readonly approval: string;
  readonly kind: ApprovalKind;
  readonly owner: Address;
  readonly messages: readonly CheckedMessage[];
  readonly statement: string | null;
  /** What signing will do: from the bytes alone. */
  readonly summary: readonly string[];
  /** What looks unusual and is for the owner to judge. */
  readonly warnings: readonly string[];
  /** What the service says beside: shown as its words, believed by nothing. */
  readonly claims: readonly string[];
  /** Equal for two preparations that do the same, whatever their blockhash, nonce and expiry. */
  readonly meaning: string;
}
