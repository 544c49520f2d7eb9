import type { Address, Bounds } from '@countersign/core';

/** Who is who for one wallet; all addresses are pinned or derived, none comes from the request. */
export interface WalletParties {
  readonly multisig: Address;
  readonly vault: Address;
  readonly owner: Address;
  readonly agent: Address;
  readonly feeAccount: Address;
}

export interface SigningContext extends WalletParties {
  readonly bounds: Bounds;
}
