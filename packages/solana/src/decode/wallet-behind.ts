import type { Address } from '@countersign/core';
import { tokenAccountOf } from './addresses/squads-addresses.ts';
import type { Scope } from './scope.ts';

/**
 * The wallet whose associated token account this is: the owner that this message creates the account for, else the first known wallet
 * from whose address it derives, else `null`.
 */
export function walletBehind(scope: Scope, account: Address, mint: Address): Address | null {
  const created = scope.tokenOwners.get(account);
  if (created !== undefined && tokenAccountOf(created, mint) === account) return created;
  const { candidateRecipients, addresses } = scope.context;
  const known = [...candidateRecipients, addresses.owner, addresses.agent, addresses.vault, addresses.feeAccount];
  return known.find((wallet) => tokenAccountOf(wallet, mint) === account) ?? null;
}
