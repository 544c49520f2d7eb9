import type { Address } from '@countersign/core';

/** Whom the fee account pays for. `agent` is `null` for a wallet without a key: nothing is created then. */
export interface FeeParties {
  readonly multisig: Address;
  readonly owner: Address;
  readonly agent: Address | null;
  readonly feeAccount: Address;
  readonly createKey: Address;
}
