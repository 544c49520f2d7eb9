import type { BudgetLine, Decision, Objection } from '../domain/decision.ts';
import type { DecisionFacts, WalletHistory } from '../domain/facts.ts';
import { historyAsked, meterWindows } from '../domain/rolling-windows.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { ITransaction } from '../ports/database.ts';
import type { IPolicyEngine } from '../ports/policy-engine.ts';
import type { PolicyInForce } from './policy-in-force.ts';

type Known = 'effects' | 'spendable' | 'simulation' | 'ownerConsents' | 'delayServed' | 'chainTimeMs' | 'nowMs';

const SPOTLESS: WalletHistory = { lastAloneAtMs: null, paidBefore: [], denials: 0, failuresInARow: 0 };

/**
 * Decides on effects with the budgets as they stand under the wallet's row lock, which the caller holds. One code path for payments, calls,
 * dry runs, released and countersigned payments. INVARIANT I4: the usage read here cannot change before the reservation commits.
 */
export async function decideUnderLock(
  policyEngine: IPolicyEngine,
  tx: ITransaction,
  wallet: Wallet,
  policy: PolicyInForce | null,
  facts: Pick<DecisionFacts, Known>,
): Promise<{ readonly decision: Decision; readonly history: WalletHistory }> {
  const { effects, nowMs } = facts;
  const [usage, history] =
    policy === null
      ? [[], SPOTLESS]
      : await Promise.all([
          tx.budgets.usage(wallet.id, meterWindows(policy.rules, wallet, effects), nowMs),
          tx.requests.history(wallet.id, historyAsked(policy.rules, effects, nowMs)),
        ]);
  const decision = policyEngine.evaluate({
    ...facts,
    policy: policy && { revision: policy.revision.revision, rules: policy.rules },
    walletState: wallet.state,
    addresses: wallet,
    usage,
    history,
  });
  return { decision: await withReturn(tx, wallet, decision, nowMs), history };
}

/** Adds when enough of each exhausted window comes back for what is asked. */
async function withReturn(tx: ITransaction, wallet: Wallet, decision: Decision, nowMs: number): Promise<Decision> {
  if (!decision.budgets.some(lacksRoom)) return decision;
  const budgets: BudgetLine[] = [];
  for (const line of decision.budgets) {
    const comesBackAtMs = lacksRoom(line) && line.asked <= line.limit ? await tx.budgets.comesBackAt(wallet.id, line, nowMs) : null;
    budgets.push({ ...line, comesBackAtMs });
  }
  const objections = decision.objections.map((each): Objection => {
    const { of, windowSeconds, limitKind } = each.details;
    const line = budgets.find((one) => one.of === of && one.windowSeconds === windowSeconds && one.limitKind === limitKind);
    if (!line) return each;
    const { comesBackAtMs } = line;
    return { ...each, details: { ...each.details, comesBackAt: comesBackAtMs === null ? null : new Date(comesBackAtMs).toISOString() } };
  });
  return { ...decision, budgets, objections };
}

function lacksRoom({ asked, remaining }: BudgetLine): boolean {
  return asked > remaining;
}
