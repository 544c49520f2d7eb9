import type { BudgetLine, Decision, Objection } from './decision.ts';
import { RULES } from './rules/index.ts';

/** What one rule said, in the order in which the rules are asked. */
export interface ExplainedRule {
  readonly rule: string;
  /** `ok`: it does not mind. `not_asked`: there is no policy to ask it with. Else the gravest of its objections. */
  readonly verdict: 'ok' | 'not_asked' | Objection['outcome'];
  /** Every objection, one sentence each; none when it is content. */
  readonly sentences: readonly string[];
}

/** A window before and after the request. */
export interface ExplainedBudget {
  readonly line: BudgetLine;
  /** What is used when the request goes through this window. */
  readonly usedAfter: bigint;
  readonly fits: boolean;
}

const WITHOUT_POLICY = 'policy-in-force';
const GRAVITY: readonly Objection['outcome'][] = ['denied', 'needs_owner', 'needs_delay'];

/** Every rule with its verdict, those that are content too. */
export function explainRules({ objections }: Decision): readonly ExplainedRule[] {
  const names = [...new Set([WITHOUT_POLICY, ...RULES.map(({ name }) => name), ...objections.map(({ rule }) => rule)])];
  const nothingAsked = objections.some(({ rule }) => rule === WITHOUT_POLICY);
  return names.map((rule) => {
    const own = objections.filter((objection) => objection.rule === rule);
    const gravest = GRAVITY.find((outcome) => own.some((objection) => objection.outcome === outcome));
    return { rule, verdict: gravest ?? (nothingAsked ? 'not_asked' : 'ok'), sentences: own.map(({ message }) => message) };
  });
}

/** Every window that counts the request, with what it would hold afterwards. */
export function explainBudgets({ budgets }: Decision): readonly ExplainedBudget[] {
  return budgets.map((line) => ({ line, usedAfter: line.used + line.asked, fits: line.asked <= line.remaining }));
}
