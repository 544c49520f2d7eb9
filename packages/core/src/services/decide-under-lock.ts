import type { BudgetLine, Decision, Objection } from '../domain/decision.ts';
import { outflows } from '../domain/effect.ts';
import type { DecisionFacts } from '../domain/facts.ts';
import { windowsOf } from '../domain/rolling-windows.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { ITransaction } from '../ports/database.ts';
import type { IPolicyEngine } from '../ports/policy-engine.ts';
import type { PolicyInForce } from './policy-in-force.ts';

/**
 * Decides on effects with the budgets as they stand under the wallet's row lock, which the caller holds. One code path for payments,
 * dry runs and countersigned payments. INVARIANT I4: the usage read here cannot change before the reservation commits.
 */
export async function decideUnderLock(
  policyEngine: IPolicyEngine,
  tx: ITransaction,
  wallet: Wallet,
  policy: PolicyInForce | null,
  facts: Pick<DecisionFacts, 'effects' | 'spendable' | 'simulation' | 'ownerConsents' | 'chainTimeMs' | 'nowMs'>,
): Promise<Decision> {
  const { nowMs } = facts;
  const usage = policy ? await tx.budgets.usage(wallet.id, windowsOf(policy.rules), nowMs) : [];
  const decision = policyEngine.evaluate({
    ...facts,
    policy: policy && { revision: policy.revision.revision, rules: policy.rules },
    walletState: wallet.state,
    addresses: wallet,
    usage,
  });
  return decision.objections.some(({ rule }) => rule === 'amount-per-window') ? withReturn(tx, wallet, facts, decision, nowMs) : decision;
}

/** Adds when enough of each exhausted window comes back for this payment. */
async function withReturn(
  tx: ITransaction,
  wallet: Wallet,
  { effects }: Pick<DecisionFacts, 'effects'>,
  decision: Decision,
  nowMs: number,
): Promise<Decision> {
  const budgets: BudgetLine[] = [];
  for (const line of decision.budgets) {
    const amount = outflows(effects).reduce((sum, effect) => (effect.asset === line.asset ? sum + effect.amount : sum), 0n);
    const returns = amount > line.remaining && amount <= line.limit;
    const comesBackAtMs = returns
      ? await tx.budgets.comesBackAt(
          wallet.id,
          { asset: line.asset, seconds: line.windowSeconds, route: line.route, mostUsed: line.limit - amount },
          nowMs,
        )
      : null;
    budgets.push({ ...line, comesBackAtMs });
  }
  const objections = decision.objections.map((each): Objection => {
    if (each.rule !== 'amount-per-window') return each;
    const route = each.outcome === 'denied' ? 'countersigned' : 'autonomous';
    const line = budgets.find(
      (budget) =>
        budget.asset === each.details['asset'] && budget.windowSeconds === each.details['windowSeconds'] && budget.route === route,
    );
    const at = line?.comesBackAtMs ?? null;
    return { ...each, details: { ...each.details, comesBackAt: at === null ? null : new Date(at).toISOString() } };
  });
  return { ...decision, budgets, objections };
}
