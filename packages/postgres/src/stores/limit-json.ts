import type { PlannedLimit } from '@countersign/core';

/** A planned spending limit as JSON: the amount is a decimal string. */
export type LimitJson = Omit<PlannedLimit, 'amount'> & { readonly amount: string };

export function limitsToJson(limits: readonly PlannedLimit[]): string {
  return JSON.stringify(limits.map((limit): LimitJson => ({ ...limit, amount: limit.amount.toString() })));
}

export function limitsFromJson(json: readonly LimitJson[]): readonly PlannedLimit[] {
  return json.map((limit) => ({ ...limit, amount: BigInt(limit.amount) }));
}
