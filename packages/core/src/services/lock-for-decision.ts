import type { WalletId } from '../domain/ids.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { ITransaction } from '../ports/database.ts';
import type { PolicyInForce } from './policy-in-force.ts';

/**
 * The row lock under which a decision is made. INVARIANT I4: a budget over several wallets of one owner is decided with all their rows locked, in
 * one order. The policy is the one that was planned with: when another is in force by now, nothing is decided.
 */
export async function lockForDecision(tx: ITransaction, walletId: WalletId, policy: PolicyInForce | null): Promise<Wallet | null> {
  if (!policy?.rules.groups.some(({ scope }) => scope === 'owner')) return tx.wallets.lock(walletId);
  const [wallet] = await tx.wallets.lockWithSiblings(walletId);
  return wallet ?? null;
}
