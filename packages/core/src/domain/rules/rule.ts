import type { Objection } from '../decision.ts';
import type { DecisionFacts } from '../facts.ts';
import type { AgentPolicy } from '../policy.ts';

/** Facts with the policy that is in force; without one nothing else is asked. */
export interface RuleInput extends DecisionFacts {
  readonly rules: AgentPolicy;
}

/**
 * One rule of the policy. It looks at all effects together, so that splitting an effect, or reordering, never helps.
 * No objection means only that this rule does not mind: what no rule permits is refused by `permitted-effects`.
 */
export interface Rule {
  readonly name: string;
  judge(input: RuleInput): readonly Objection[];
}

export function objection(rule: string, outcome: Objection['outcome'], message: string, details: Objection['details'] = {}): Objection {
  return { rule, outcome, message, details };
}
