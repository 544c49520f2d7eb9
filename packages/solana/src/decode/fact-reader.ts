import type { Address } from '@countersign/core';
import type { AccountFact, AccountFacts } from './account-facts.ts';

/** Account facts, and which of those that decoding asked for were not there. */
export class FactReader {
  readonly slot: bigint;
  /** True when nothing was read from a chain at all. */
  readonly offline: boolean;
  readonly #facts: AccountFacts;
  readonly #missing = new Set<Address>();

  constructor(facts: AccountFacts) {
    this.#facts = facts;
    this.slot = facts.slot;
    this.offline = facts.accounts.size === 0;
  }

  /** The account, `null` when there is none, `undefined` when it was not read: it is then among the missing. */
  read(account: Address): AccountFact | null | undefined {
    const fact = this.#facts.accounts.get(account);
    if (fact === undefined) this.#missing.add(account);
    return fact;
  }

  /** As `read`, for an account that decoding can do without. */
  peek(account: Address): AccountFact | null | undefined {
    return this.#facts.accounts.get(account);
  }

  get missing(): readonly Address[] {
    return [...this.#missing];
  }
}
