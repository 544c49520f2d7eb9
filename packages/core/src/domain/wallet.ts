import type { Address } from './address.ts';
import type { ApprovalId, WalletId } from './ids.ts';

/**
 * `creating`: waits for the owner's signature and the chain. `active`: pays. `frozen`: nothing is signed until the owner unfreezes.
 * `failed`: creation was refused by the chain or given up.
 */
export type WalletState = 'creating' | 'active' | 'frozen' | 'failed';

export const WALLET_MOVES: { readonly [From in WalletState]: readonly WalletState[] } = {
  // INVARIANT I7: a freeze holds from the first moment; a wallet that is frozen while it is made comes into being frozen.
  creating: ['active', 'frozen', 'failed'],
  active: ['frozen'],
  frozen: ['active', 'failed'],
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

/** The keys of a wallet that a rotation may replace. The fee account changes only where its key was lost. */
export type WalletRoles = Pick<WalletAddresses, 'owner' | 'agent' | 'feeAccount'> & { readonly recovery: Address | null };

export interface Wallet extends WalletAddresses {
  readonly id: WalletId;
  readonly name: string;
  readonly state: WalletState;
  /** Revision of the policy in force; `null` before the first is active. */
  readonly policyRevision: number | null;
  /** A second owner key that lies offline and may take the owner's place; `null` where the owner chose none. Pinned by the bounds. */
  readonly recovery: Address | null;
  readonly timeLockSeconds: number;
  readonly frozenReason: string | null;
  /** The approval by which its keys are being changed; `null` while none is. Nothing new is signed for the wallet meanwhile. */
  readonly rekeyingBy: ApprovalId | null;
  readonly createdAtMs: number;
}
