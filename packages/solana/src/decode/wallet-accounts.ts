import type { Address } from '@countersign/core';
import { readTokenAccount } from './accounts/token-account.ts';
import { TOKEN, TOKEN_2022 } from './addresses/programs.ts';
import { Malformed } from './bytes/malformed.ts';
import type { Scope } from './scope.ts';

/** Whether an account is one of the wallet's own addresses, or a token account of its vault as far as is known. */
export function isOurs(scope: Scope, account: Address): boolean {
  return isOwnAddress(scope, account) || isOwnTokenAccount(scope, account);
}

/** Whether an account is an address that the wallet has had from the start. */
export function isOwnAddress(scope: Scope, account: Address): boolean {
  const { vault, multisig, owner, agent, feeAccount, createKey } = scope.context.addresses;
  return [scope.vault, vault, multisig, owner, agent, feeAccount, createKey].includes(account);
}

/** Whether a token account belongs to the vault, by the chain or because this message creates it. */
export function isOwnTokenAccount(scope: Scope, account: Address): boolean {
  const fact = scope.facts.peek(account);
  if (!fact || fact.data.length === 0) return scope.tokenAccounts.get(account)?.owner === scope.vault;
  if (!isTokenProgram(fact.owner)) return false;
  try {
    return readTokenAccount(fact.owner, fact).owner === scope.vault;
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return false;
  }
}

export function isTokenProgram(program: Address): boolean {
  return program === TOKEN || program === TOKEN_2022;
}
