import type { Address, Effect } from '@countersign/core';
import type { ApprovalKind } from '@countersign/sdk';
import type { SigningPart } from './signing-part.ts';

/** A message that was decoded to the last byte and does exactly what the owner is shown. */
export interface CheckedMessage {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly effects: readonly Effect[];
  /** Who must sign, the fee payer first. */
  readonly signers: readonly Address[];
}

/** Something in the bytes that this tool cannot tell the meaning of, and what the owner types to let it through all the same. */
export interface NotUnderstood {
  readonly sentence: string;
  /** The first 8 characters of the program, or `UNKNOWN` where no program is named. */
  readonly word: string;
  readonly program: Address | null;
}

/** What the owner is asked to sign, as this tool read it from the bytes itself. */
export interface Checked {
  readonly approval: string;
  readonly kind: ApprovalKind;
  /** The key that would sign. */
  readonly key: Address;
  /** A new owner signs the statement alone. */
  readonly part: SigningPart;
  readonly messages: readonly CheckedMessage[];
  readonly statement: string | null;
  /** What signing will do: from the bytes alone. */
  readonly summary: readonly string[];
  /** What nobody but a called program knows: each is confirmed by typing, and `--yes` is no answer to it. Only calls have it. */
  readonly notUnderstood: readonly NotUnderstood[];
  /** What looks unusual and is for the owner to judge. */
  readonly warnings: readonly string[];
  /** What the service says beside: shown as its words, believed by nothing. */
  readonly claims: readonly string[];
  /** Equal for two preparations that do the same, whatever their blockhash, nonce and expiry. */
  readonly meaning: string;
}

/** What a check of one kind of approval gives. */
export interface Findings extends Pick<Checked, 'messages' | 'summary' | 'notUnderstood' | 'warnings' | 'claims'> {
  /** What must be the same to the byte in another preparation, where effects do not say all; `null` where they do. */
  readonly pinned: string | null;
}
