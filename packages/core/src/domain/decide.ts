import type { AgentPolicy } from './agent-policy.ts';
import type { BudgetLine, Decision, Objection } from './decision.ts';
import type { DecisionFacts } from './facts.ts';
import { flowsOf } from './flows.ts';
import { indexOf } from './policy-index.ts';
import { RULES } from './rules/index.ts';
import { objection, type Rule, type RuleInput } from './rules/rule.ts';
import { budgetLines, usedWindows } from './used-windows.ts';
import { askedWindows } from './window-limits.ts';

/**
 * The decision on decoded effects. Pure and total: the same facts give the same decision, for a dry run as for a payment.
 * INVARIANT I5: without a policy everything is denied, and so is what cannot be judged. The owner's signature meets objections that need the
 * owner or a delay, a delay that was served those that need one; nothing meets a denial.
 */
export function decide(facts: DecisionFacts): Decision {
  try {
    const { policy } = facts;
    if (policy === null)
      return decision(facts, [objection('policy-in-force', 'denied', 'The wallet has no policy in force, so nothing is allowed.')], []);
    const input = inputOf(facts, policy.rules);
    const objections: Objection[] = [];
    for (const rule of RULES) objections.push(...judged(rule, input));
    return decision(facts, objections, budgetLines(input.windows));
  } catch {
    return undecidable(facts);
  }
}

function inputOf(facts: DecisionFacts, rules: AgentPolicy): RuleInput {
  const { addresses, effects, simulation, usage } = facts;
  const index = indexOf(rules, addresses.owner);
  const flows = flowsOf(effects, simulation, addresses.vault);
  const ownerConsents = facts.ownerConsents === true;
  return { ...facts, ownerConsents, rules: index.policy, index, flows, windows: usedWindows(askedWindows(index, flows), usage) };
}

/** INVARIANT I5: a rule that cannot judge denies. */
function judged(rule: Rule, input: RuleInput): readonly Objection[] {
  try {
    return rule.judge(input);
  } catch {
    return [objection(rule.name, 'denied', `The rule ${rule.name} could not be applied to these facts.`)];
  }
}

function decision(facts: DecisionFacts, objections: readonly Objection[], budgets: readonly BudgetLine[]): Decision {
  const { ownerConsents, delayServed } = facts;
  let denied = false;
  let needsOwner = false;
  let delaySeconds = 0;
  for (const { outcome, details } of objections) {
    const wait = outcome === 'needs_delay' ? details['delaySeconds'] : null;
    if (typeof wait === 'number' && wait > 0) delaySeconds = Math.max(delaySeconds, wait);
    else if (outcome === 'needs_owner' || outcome === 'needs_delay') needsOwner = true;
    else denied = true;
  }
  const common = {
    policyRevision: facts.policy?.revision ?? null,
    objections,
    budgets,
    decidedAtMs: facts.nowMs,
    slot: facts.simulation?.slot ?? null,
    chainTimeMs: facts.chainTimeMs,
  };
  if (denied) return { verdict: 'denied', route: null, delaySeconds: null, ...common };
  if (ownerConsents === true) return { verdict: 'allowed', route: 'countersigned', delaySeconds: null, ...common };
  if (needsOwner) return { verdict: 'needs_owner', route: 'countersigned', delaySeconds: null, ...common };
  if (delayServed === true) return { verdict: 'allowed', route: 'delayed', delaySeconds: null, ...common };
  if (delaySeconds > 0) return { verdict: 'needs_delay', route: 'delayed', delaySeconds, ...common };
  return { verdict: 'allowed', route: 'autonomous', delaySeconds: null, ...common };
}

/** Facts that are not even facts. */
function undecidable(facts: DecisionFacts): Decision {
  const read = <T>(get: () => T, otherwise: T): T => {
    try {
      return get() ?? otherwise;
    } catch {
      return otherwise;
    }
  };
  return {
    verdict: 'denied',
    route: null,
    delaySeconds: null,
    policyRevision: read(() => facts.policy?.revision ?? null, null),
    objections: [objection('decidable', 'denied', 'The facts cannot be judged, so nothing is allowed.')],
    budgets: [],
    decidedAtMs: read(() => facts.nowMs, 0),
    slot: null,
    chainTimeMs: null,
  };
}
