import { type ChainLimit, describePolicyChange, type PolicyChange, type PolicyDifference } from '@countersign/core';
import type { ChainLimitView, PolicyChangeView, PolicyDiff } from '@countersign/sdk';

export function policyChangeView(change: PolicyChange): PolicyChangeView {
  const { path, effect, before, after } = change;
  return { path, effect, before, after, sentence: describePolicyChange(change) };
}

export function policyDiffView({ changes, tightensOnly, limits }: PolicyDifference): PolicyDiff {
  return {
    changes: changes.map(policyChangeView),
    tightensOnly,
    limits: limits.map(({ asset, before, after }) => ({ asset, before: before && limitView(before), after: after && limitView(after) })),
  };
}

function limitView({ amount, periodSeconds, destinations }: ChainLimit): ChainLimitView {
  return { amount: amount.toString(), periodSeconds, destinations };
}
