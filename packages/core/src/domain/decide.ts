import type { BudgetLine, Decision, Objection } from './decision.ts';
import type { DecisionFacts } from './facts.ts';
import { type AgentPolicy, assetRuleFor } from './policy.ts';
import { sumByAsset } from './rules/amount-per-transaction.ts';
import { remaining } from './rules/amount-per-window.ts';
import { RULES } from './rules/index.ts';
import { objection } from './rules/rule.ts';

/**
 * The decision on decoded effects. Pure and total: the same facts give the same decision, for a dry run as for a payment.
 * INVARIANT I5: without a policy everything is denied. The owner's consent meets `needs_owner` objections, never `denied` ones.
 */
export function decide(facts: DecisionFacts): Decision {
  const { policy } = facts;
  if (policy === null)
    return verdict(facts, [objection('policy-in-force', 'denied', 'The wallet has no policy in force, so nothing is allowed.')], []);
  const objections = RULES.flatMap((rule) => rule.judge({ ...facts, rules: policy.rules }));
  return verdict(facts, objections, budgetLines(facts, policy.rules));
}

function verdict(facts: DecisionFacts, objections: readonly Objection[], budgets: readonly BudgetLine[]): Decision {
  const denied = objections.some(({ outcome }) => outcome === 'denied');
  const needsOwner = objections.some(({ outcome }) => outcome === 'needs_owner') && !facts.ownerConsents;
  return {
    verdict: denied ? 'denied' : needsOwner ? 'needs_owner' : 'allowed',
    route: denied ? null : needsOwner || facts.ownerConsents ? 'countersigned' : 'autonomous',
    policyRevision: facts.policy?.revision ?? null,
    objections,
    budgets,
    decidedAtMs: facts.nowMs,
    slot: facts.simulation?.slot ?? null,
  };
}

/** Both limits of every window of the assets that the effects move, with what is left of them before this payment. */
function budgetLines(facts: DecisionFacts, rules: AgentPolicy): readonly BudgetLine[] {
  return [...sumByAsset(facts.effects).keys()].flatMap((asset) =>
    (assetRuleFor(rules, asset)?.windows ?? []).flatMap((window): BudgetLine[] => {
      const used = facts.usage.find((each) => each.asset === asset && each.seconds === window.seconds);
      if (!used) return [];
      const line = (route: BudgetLine['route'], limit: bigint, amountUsed: bigint): BudgetLine => ({
        asset,
        windowSeconds: window.seconds,
        route,
        limit,
        used: amountUsed,
        remaining: remaining(limit, amountUsed),
        comesBackAtMs: null,
      });
      return [line('autonomous', window.autonomous, used.autonomousUsed), line('countersigned', window.ceiling, used.totalUsed)];
    }),
  );
}
