import type { Address, DomainError, Result, Signature } from '@countersign/core';
import type { ReviewedBytes } from './reviewed-bytes.ts';

/** An owner key that is open for one action. It signs owner statements and reviewed transaction messages, and nothing else. */
export interface IOwnerKeys {
  readonly publicKey: Address;
  /** Signs the UTF-8 bytes of a well-formed owner statement. Error: `statement_invalid`. */
  signStatement(text: string): Result<Signature, DomainError>;
  /** Signs a transaction message in which this key is a required signer. Error: `undecodable_message`. */
  signTransactionMessage(message: ReviewedBytes): Result<Signature, DomainError>;
  /** Wipes the key; idempotent. Signing afterwards throws. */
  close(): void;
}
