import type { Address } from '../domain/address.ts';
import type { DomainError } from '../domain/errors.ts';
import type { Result } from '../domain/result.ts';
import type { ReviewedBytes } from '../domain/reviewed-bytes.ts';
import type { Signature } from './key-management-service.ts';

/** Where an owner key lives. docs/owner-keys.md says what each protects against and what it does not. */
export type OwnerKeyHolder = 'sealed_file' | 'keypair_file' | 'kms' | 'pkcs11' | 'pasted_signature';

/** What an owner key signs. */
export type ToSign =
  /** A well-formed owner statement, signed as its UTF-8 bytes or in the off-chain wrapper. */
  | { readonly kind: 'statement'; readonly text: string }
  /** A well-formed sign-in message (SIWS) of this key. */
  | { readonly kind: 'sign_in'; readonly text: string }
  /** A transaction message that was decoded and shown. */
  | { readonly kind: 'transaction'; readonly message: ReviewedBytes };

/**
 * An owner key that is open for one action, on the owner's side: the service never holds one. INVARIANT I1: it signs well-formed owner
 * statements, sign-in messages of its own, and transaction messages that were decoded and shown, and nothing else.
 */
export interface IOwnerKeys {
  readonly holder: OwnerKeyHolder;
  getOwnerPublicKey(): Address;
  /**
   * Every signature is verified against `getOwnerPublicKey` before it is given back. Errors: `statement_invalid`, `sign_in_invalid`, `undecodable_message` (not of a
   * form that is signed), `message_too_large` (the holder takes less), `owner_key_unavailable` (the holder did not answer or is not reachable;
   * `mayHaveSigned` says whether it may have signed), `owner_key_refused` (the holder said no: a missing MFA, a wrong PIN).
   */
  signWithOwnerKey(what: ToSign): Promise<Result<Signature, DomainError>>;
  /** Wipes the key or ends the session; idempotent. Signing afterwards throws. */
  close(): Promise<void>;
}
