import type { Wallet } from '../domain/wallet.ts';

/** Whether two readings of a wallet name the same keys. What was prepared or checked for others is void (INVARIANT I6). */
export function sameRoles(one: Wallet, other: Wallet): boolean {
  return one.owner === other.owner && one.agent === other.agent && one.recovery === other.recovery && one.feeAccount === other.feeAccount;
}
