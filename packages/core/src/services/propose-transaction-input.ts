import type { WalletId } from '../domain/ids.ts';
import type { Payment } from '../ports/blockchain-adapter.ts';
import type { Credential } from '../ports/records.ts';

/** What an agent asks for: a payment, or a complete message of its own that the vault shall execute. */
export type AskedAction = { readonly kind: 'payment'; readonly payment: Payment } | { readonly kind: 'call'; readonly message: Uint8Array };

/** What an agent asks for, and by which key it may ask again. */
export interface ProposeTransactionInput {
  readonly walletId: WalletId;
  readonly action: AskedAction;
  readonly credential: Credential;
  readonly idempotencyKey: string;
  /** Hash of what was asked, for telling a repetition from another request under the same key. */
  readonly fingerprint: string;
}
