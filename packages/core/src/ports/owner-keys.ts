import type { Address } from '../domain/address.ts';
import type { DomainError } from '../domain/errors.ts';
import type { Result } from '../domain/result.ts';
import type { ReviewedBytes } from '../domain/reviewed-bytes.ts';
import type { Signature } from './key-management-service.ts';

/**
 * An owner key that is open for one action, on the owner's side: the service never holds one. INVARIANT I1: it signs well-formed owner
 * statements and transaction messages that were decoded and shown, and nothing else.
 */
export interface IOwnerKeys {
  getOwnerPublicKey(): Address;
  /**
   * A statement is signed as its UTF-8 bytes; error `statement_invalid`. A message must be one in which this key can be a required signer; error
   * `undecodable_message`.
   */
  signWithOwnerKey(
    what: { readonly kind: 'statement'; readonly text: string } | { readonly kind: 'transaction'; readonly message: ReviewedBytes },
  ): Result<Signature, DomainError>;
  /** Wipes the key; idempotent. Signing afterwards throws. */
  close(): void;
}
