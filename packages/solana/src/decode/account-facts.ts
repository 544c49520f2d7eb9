import type { Address } from '@countersign/core';

/** An account as the chain holds it. An account without lamports does not exist. */
export interface AccountFact {
  /** The program that owns the account. */
  readonly owner: Address;
  readonly lamports: bigint;
  readonly data: Uint8Array;
  readonly executable: boolean;
}

/** Accounts as they were at one slot. `null`: looked for, and there is no such account. What is not in the map was not read. */
export interface AccountFacts {
  readonly slot: bigint;
  readonly accounts: ReadonlyMap<Address, AccountFact | null>;
}

/**
 * Decoding without a chain. Token accounts are then taken to be what they derive from, and whatever only account data can tell is
 * `unknown`. With any other facts, an account that decoding needs and that is not in them makes the message `unknown`.
 */
export const NO_FACTS: AccountFacts = { slot: 0n, accounts: new Map() };
