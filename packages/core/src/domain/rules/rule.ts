import type { Objection } from '../decision.ts';
import type { DecisionFacts } from '../facts.ts';
import type { Flows } from '../flows.ts';
import type { PolicyIndex } from '../policy-index.ts';
import type { ResolvedPolicy } from '../resolve-policy.ts';
import type { UsedWindow } from '../used-windows.ts';

/** Facts with the policy that is in force, and what several rules need of them. Without a policy nothing else is asked. */
export interface RuleInput extends DecisionFacts {
  readonly rules: ResolvedPolicy;
  readonly index: PolicyIndex;
  readonly flows: Flows;
  readonly windows: readonly UsedWindow[];
}

/**
 * One rule of the policy. It looks at all effects together, so that splitting an effect, or reordering, never helps.
 * No objection means only that this rule does not mind: what no rule permits is refused by `permitted-effects`.
 * An objection that needs the owner or a delay is raised all the same where the owner has signed or the delay was served; it is then met.
 */
export interface Rule {
  readonly name: string;
  judge(input: RuleInput): readonly Objection[];
}

export function objection(rule: string, outcome: Objection['outcome'], message: string, details: Objection['details'] = {}): Objection {
  return { rule, outcome, message, details };
}

/** Details that mark what no honest agent does, however clumsy; escalation freezes the wallet at once. */
export function alarm(why: string): { readonly alarm: string } {
  return { alarm: why };
}

/** A moment for `details`; `null` for one that does not exist. */
export function isoMoment(atMs: number): string | null {
  return Number.isFinite(atMs) && Math.abs(atMs) <= 8.64e15 ? new Date(atMs).toISOString() : null;
}
