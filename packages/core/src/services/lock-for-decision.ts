import type { WalletId } from '../domain/ids.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { ITransaction } from '../ports/database.ts';
import { type PolicyInForce, readPolicyInForce, sameInForce } from './policy-in-force.ts';

export interface LockedForDecision {
  /** `null` when there is no such wallet. */
  readonly wallet: Wallet | null;
  /** The policy in force, read under the lock: it cannot change before the transaction ends. */
  readonly policy: PolicyInForce | null;
  /** Whether it is still the one that was planned with. When it is not, nothing may be decided here: plan again. */
  readonly asPlanned: boolean;
}

/**
 * The row lock under which a decision is made, and the policy that it is made by. INVARIANT I4: a budget over several wallets of one owner is
 * decided with all their rows locked, in one order; which rows that are follows from the policy that was planned with. INVARIANT I7: a tightening
 * takes the same lock, so that once it commits nothing is decided by the document before it.
 */
export async function lockForDecision(tx: ITransaction, walletId: WalletId, planned: PolicyInForce | null): Promise<LockedForDecision> {
  const shared = planned?.rules.groups.some(({ scope }) => scope === 'owner') === true;
  const [wallet, policy] = await Promise.all([
    shared ? tx.wallets.lockWithSiblings(walletId).then(([first]) => first ?? null) : tx.wallets.lock(walletId),
    readPolicyInForce(tx, walletId),
  ]);
  return { wallet, policy, asPlanned: sameInForce(policy, planned) };
}
