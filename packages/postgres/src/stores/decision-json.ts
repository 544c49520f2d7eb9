import type { BudgetLine, Decision, Meter } from '@countersign/core';

/** A decision as JSON: what is bigint in core is a decimal string. */
export interface DecisionJson extends Omit<Decision, 'budgets' | 'slot'> {
  readonly budgets: readonly BudgetLineJson[];
  readonly slot: string | null;
}

interface BudgetLineJson extends Omit<BudgetLine, 'terms' | 'limit' | 'used' | 'remaining' | 'asked'> {
  readonly terms: readonly { readonly meter: Meter; readonly weight: string }[];
  readonly limit: string;
  readonly used: string;
  readonly remaining: string;
  readonly asked: string;
}

export function decisionToJson(decision: Decision): string {
  return JSON.stringify({
    ...decision,
    budgets: decision.budgets.map(budgetToJson),
    slot: decision.slot?.toString() ?? null,
  } satisfies DecisionJson);
}

export function decisionFromJson(json: DecisionJson): Decision {
  return { ...json, budgets: json.budgets.map(budgetFromJson), slot: json.slot === null ? null : BigInt(json.slot) };
}

function budgetToJson(line: BudgetLine): BudgetLineJson {
  return {
    ...line,
    terms: line.terms.map(({ meter, weight }) => ({ meter, weight: weight.toString() })),
    limit: line.limit.toString(),
    used: line.used.toString(),
    remaining: line.remaining.toString(),
    asked: line.asked.toString(),
  };
}

function budgetFromJson(line: BudgetLineJson): BudgetLine {
  return {
    ...line,
    terms: line.terms.map(({ meter, weight }) => ({ meter, weight: BigInt(weight) })),
    limit: BigInt(line.limit),
    used: BigInt(line.used),
    remaining: BigInt(line.remaining),
    asked: BigInt(line.asked),
  };
}
