import type { PolicyRevision, Tightening } from '@countersign/core';
import type { PolicyView, TighteningView } from '@countersign/sdk';
import { momentOf, momentOrNull } from './moment.ts';

export function policyView(policy: PolicyRevision): PolicyView {
  return {
    wallet: policy.walletId,
    revision: policy.revision,
    state: policy.state,
    text: policy.text,
    policySha256: policy.policySha256,
    boundsSha256: policy.boundsSha256,
    limits: policy.limits.map(({ asset, spendingLimit, amount, periodSeconds }) => ({
      asset,
      spendingLimit,
      amount: amount.toString(),
      periodSeconds,
    })),
    tightening: policy.tightening && tighteningView(policy.tightening),
    createdAt: momentOf(policy.createdAtMs),
    activatedAt: momentOrNull(policy.activatedAtMs),
  };
}

function tighteningView({ number, text, policySha256, actor, atMs }: Tightening): TighteningView {
  return { number, text, policySha256, by: actor, at: momentOf(atMs) };
}
