import type { Address } from '@countersign/core';
import { Malformed } from '../bytes/malformed.ts';
import type { ResolvedInstruction } from '../resolved-instruction.ts';

/** What an account must be, as the message's header says: `s` signer, `w` writable, `-` either. More than asked is no objection. */
export type Role = '-' | 's' | 'w' | 'ws';

/** Addresses in the places of roles. */
export type Named<Roles extends readonly Role[]> = { readonly [Index in keyof Roles]: Address };

/** The instruction's accounts, exactly as many as roles; throws `Malformed` when one is missing or lacks its role. */
export function readAccounts<const Roles extends readonly Role[]>(instruction: ResolvedInstruction, roles: Roles): Named<Roles> {
  if (instruction.accounts.length !== roles.length)
    throw new Malformed(`has ${instruction.accounts.length} accounts where ${roles.length} are expected`);
  return readLeadingAccounts(instruction, roles);
}

/** As `readAccounts`, with any number of further accounts allowed after these. */
export function readLeadingAccounts<const Roles extends readonly Role[]>(instruction: ResolvedInstruction, roles: Roles): Named<Roles> {
  const addresses = roles.map((role, index) => {
    const account = instruction.accounts[index];
    if (!account) throw new Malformed(`lacks account ${index}`);
    if (role.includes('s') && !account.signer) throw new Malformed(`lacks the signature of ${account.address}`);
    if (role.includes('w') && !account.writable) throw new Malformed(`cannot write to ${account.address}`);
    return account.address;
  });
  return addresses as unknown as Named<Roles>;
}

/** Throws `Malformed` unless both are the same address. */
export function expectAddress(actual: Address, expected: Address, what: string): void {
  if (actual !== expected) throw new Malformed(`names ${actual} as ${what}, which is ${expected}`);
}
