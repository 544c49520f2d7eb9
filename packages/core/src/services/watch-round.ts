import type { DomainError } from '../domain/errors.ts';
import type { KitId } from '../domain/ids.ts';
import type { Result } from '../domain/result.ts';

/** What one part of a look at a wallet found. */
export type Seen<T> =
  /** The chain told, at this finalized slot. `slot` is `null` where the part has none of its own. */
  | { readonly kind: 'seen'; readonly slot: bigint | null; readonly differences: readonly string[]; readonly state: T }
  /** Nothing is known: the chain could not be asked, its nodes disagree, or it told less than was known already. */
  | { readonly kind: 'missed'; readonly problem: string }
  /** Not compared now: it is about to change with the owner's signature. */
  | { readonly kind: 'skipped' };

export function missed(error: DomainError): { readonly kind: 'missed'; readonly problem: string } {
  return { kind: 'missed', problem: 'problem' in error && typeof error.problem === 'string' ? error.problem : error.code };
}

/** INVARIANT I11: a node that is behind tells of a past that was compared already: it neither shows nor hides anything. */
export function behind(slot: bigint, mark: { readonly slot: bigint } | null): { readonly kind: 'missed'; readonly problem: string } | null {
  if (mark === null || slot >= mark.slot) return null;
  return { kind: 'missed', problem: `it was read at slot ${slot}, and slot ${mark.slot} was seen before` };
}

export type Read<T> = Result<T, DomainError>;

/** Kits whose nonce is no longer as it was, with what happened. */
export type MovedNonces = ReadonlyMap<KitId, string>;
