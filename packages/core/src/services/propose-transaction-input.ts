import type { WalletId } from '../domain/ids.ts';
import type { Payment } from '../ports/blockchain-adapter.ts';
import type { Credential } from '../ports/records.ts';

/** What an agent asks for, and by which key it may ask again. */
export interface ProposeTransactionInput {
  readonly walletId: WalletId;
  readonly payment: Payment;
  readonly credential: Credential;
  /** Scoped to the credential. */
  readonly idempotencyKey: string;
  /** SHA-256 of what was asked, so that the key cannot be reused for something else. */
  readonly fingerprint: string;
}
