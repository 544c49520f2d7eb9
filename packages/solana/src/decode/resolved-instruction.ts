import type { Address } from '@countersign/core';

export interface ResolvedAccount {
  readonly address: Address;
  readonly signer: boolean;
  readonly writable: boolean;
}

/** An instruction whose accounts are all known by address. */
export interface ResolvedInstruction {
  readonly program: Address;
  readonly accounts: readonly ResolvedAccount[];
  readonly data: Uint8Array;
}
