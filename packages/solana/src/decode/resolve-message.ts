import type { Address, LookupPin } from '@countersign/core';
import type { AccountFacts } from './account-facts.ts';
import { readLookupTable } from './accounts/lookup-table.ts';
import { Malformed } from './bytes/malformed.ts';
import type { ParsedLookup, ParsedMessage } from './parsed-message.ts';
import type { ResolvedAccount, ResolvedInstruction } from './resolved-instruction.ts';

/** A message with every looked-up account in its place; no instruction where something could not be resolved, and then why. */
export interface ResolvedMessage {
  /** In the order in which instructions, inner ones too, count accounts. */
  readonly accounts: readonly ResolvedAccount[];
  readonly instructions: readonly ResolvedInstruction[];
  readonly pins: readonly LookupPin[];
  readonly problems: readonly string[];
}

/**
 * Puts looked-up accounts in: after the message's own keys first the writable ones of all tables, then the read-only ones of all tables.
 * An account that comes twice is refused, as the runtime does.
 */
export function resolveMessage(message: ParsedMessage, facts: AccountFacts): ResolvedMessage {
  const pins: LookupPin[] = [];
  const problems: string[] = [];
  for (const lookup of message.lookups) {
    try {
      pins.push(pin(lookup, facts));
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      problems.push(error.message);
    }
  }
  const unresolved = (): ResolvedMessage => ({ accounts: [], instructions: [], pins: [], problems });
  if (problems.length > 0) return unresolved();
  const addresses = [...message.keys, ...pins.flatMap(({ writable }) => writable), ...pins.flatMap(({ readonly }) => readonly)];
  if (new Set(addresses).size !== addresses.length) {
    problems.push('takes an account from a lookup table that it already has');
    return unresolved();
  }
  const accounts = message.accounts.map(({ signer, writable }, index): ResolvedAccount => {
    const address = addresses[index];
    if (address === undefined) throw new Error('a parsed message has an address for every account');
    return { address, signer, writable };
  });
  const at = (index: number): ResolvedAccount => {
    const account = accounts[index];
    if (account === undefined) throw new Error('a parsed instruction names accounts of its message');
    return account;
  };
  const instructions = message.instructions.map((instruction) => ({
    program: instruction.program,
    accounts: instruction.accounts.map(({ index }) => at(index)),
    data: instruction.data,
  }));
  return { accounts, instructions, pins, problems };
}

function pin({ table, writable, readonly }: ParsedLookup, facts: AccountFacts): LookupPin {
  const addresses = readLookupTable(table, facts.accounts.get(table), facts.slot);
  const take = (index: number): Address => {
    const address = addresses[index];
    if (address === undefined) throw new Malformed(`takes account ${index} from lookup table ${table}, which has ${addresses.length}`);
    return address;
  };
  return { table, writable: writable.map(take), readonly: readonly.map(take) };
}
