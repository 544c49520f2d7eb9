import type { Address } from './address.ts';
import type { WalletId } from './ids.ts';

/**
 * `creating`: waits for the owner's signature and the chain. `active`: pays. `frozen`: nothing is signed until the owner unfreezes.
 * `failed`: creation was refused by the chain or given up.
 */
export type WalletState = 'creating' | 'active' | 'frozen' | 'failed';

export const WALLET_MOVES: { readonly [From in WalletState]: readonly WalletState[] } = {
  creating: ['active', 'failed'],
  active: ['frozen'],
  frozen: ['active'],
  failed: [],
};

/** The addresses that make a wallet. Only `vault` may ever be shown as the address to fund. */
export interface WalletAddresses {
  readonly multisig: Address;
  readonly vault: Address;
  readonly owner: Address;
  readonly agent: Address;
  readonly createKey: Address;
  /** Fee payer and rent collector: the service's fee account. */
  readonly feeAccount: Address;
}

export interface Wallet extends WalletAddresses {
  readonly id: WalletId;
  readonly name: string;
  readonly state: WalletState;
  /** Revision of the policy in force; `null` before the first is active. */
  readonly policyRevision: number | null;
  readonly timeLockSeconds: number;
  readonly frozenReason: string | null;
  readonly createdAtMs: number;
}
