import { type Address, domainError } from '@countersign/core';
import type { AccountFacts } from '../decode/index.ts';
import { type AccountState, type AccountsRead, fetchAccounts, sameAccount, sameContent } from './accounts.ts';
import { readAgreed } from './agree.ts';
import { ChainProblem } from './chain-problem.ts';
import type { Call, RpcPool } from './rpc-pool.ts';

/** Accounts that decoding needs beside those that it has. */
export type NeedsAccounts = (facts: AccountFacts) => readonly Address[];

/** A token account leads to its mint, a lookup table to accounts and these to further ones. */
const ROUNDS = 6;

/**
 * The accounts that `needs` names, in rounds until it names no more, all as they were at one slot of confirmed commitment; equal in owner,
 * data and executability on every node that answers (INVARIANT I5, `readAgreed`). Lamports are not compared: anybody can add to them.
 */
export function readFacts(pool: RpcPool, needs: NeedsAccounts, nothing: AccountFacts): Promise<AccountFacts> {
  return readAgreed(pool, 'account data', (call, minContextSlot) => collect(call, needs, nothing, minContextSlot), sameFacts);
}

async function collect(call: Call, needs: NeedsAccounts, nothing: AccountFacts, minContextSlot: bigint | null): Promise<AccountFacts> {
  let facts = nothing;
  let last: AccountsRead | undefined;
  for (let round = 0; round < ROUNDS; round += 1) {
    const wanted = needs(facts).filter((account) => !facts.accounts.has(account));
    const settled: boolean = last === undefined || last.slot === last.newestSlot;
    if (wanted.length === 0 && settled) return facts;
    // All of them again, so that what is decided on never was on chain at different moments.
    const addresses: readonly Address[] = [...facts.accounts.keys(), ...wanted];
    const read: AccountsRead = await fetchAccounts(call, addresses, 'confirmed', last?.newestSlot ?? minContextSlot);
    const heldStill = last !== undefined && holdsStill(last, read);
    last = wanted.length === 0 && heldStill ? { ...read, newestSlot: read.slot } : read;
    facts = { slot: read.slot, accounts: factsOf(addresses, read.accounts) };
  }
  throw new ChainProblem(
    domainError('chain_unavailable', { problem: 'the accounts that the message needs kept changing while they were read' }),
  );
}

function holdsStill(before: AccountsRead, after: AccountsRead): boolean {
  return before.accounts.every((account, index) => sameAccount(account, after.accounts[index] ?? null));
}

function factsOf(addresses: readonly Address[], accounts: readonly (AccountState | null)[]): ReadonlyMap<Address, AccountState | null> {
  return new Map(addresses.map((account, index) => [account, accounts[index] ?? null]));
}

function sameFacts(one: AccountFacts, other: AccountFacts): boolean {
  if (one.accounts.size !== other.accounts.size) return false;
  return [...one.accounts].every(([account, state]) => {
    const told = other.accounts.get(account);
    return told !== undefined && sameContent(state, told);
  });
}
