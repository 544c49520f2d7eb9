import type { AssetId, BudgetLine, Decision, Objection, Route } from '@countersign/core';

/** A decision as JSON: what is bigint in core is a decimal string. */
export interface DecisionJson {
  readonly verdict: Decision['verdict'];
  readonly route: Route | null;
  readonly policyRevision: number | null;
  readonly objections: readonly Objection[];
  readonly budgets: readonly BudgetLineJson[];
  readonly decidedAtMs: number;
  readonly slot: string | null;
}

interface BudgetLineJson {
  readonly asset: AssetId;
  readonly windowSeconds: number;
  readonly route: Route;
  readonly limit: string;
  readonly used: string;
  readonly remaining: string;
  readonly comesBackAtMs: number | null;
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
  return { ...line, limit: line.limit.toString(), used: line.used.toString(), remaining: line.remaining.toString() };
}

function budgetFromJson(line: BudgetLineJson): BudgetLine {
  return { ...line, limit: BigInt(line.limit), used: BigInt(line.used), remaining: BigInt(line.remaining) };
}
