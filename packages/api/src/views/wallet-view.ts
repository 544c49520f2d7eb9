import type { PolicyRevision, Wallet } from '@countersign/core';
import type { PolicyView, WalletView } from '@countersign/sdk';
import { momentOf, momentOrNull } from './moment.ts';

export function walletView(wallet: Wallet, balances: WalletView['balances'] = null): WalletView {
  const { id, name, state, owner, agent, policyRevision, frozenReason } = wallet;
  // Money may only be sent to a vault that the chain has confirmed to be controlled as asked.
  const vault = state === 'active' || state === 'frozen' ? wallet.vault : null;
  return { id, name, state, vault, owner, agent, policyRevision, frozenReason, balances, createdAt: momentOf(wallet.createdAtMs) };
}

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
    createdAt: momentOf(policy.createdAtMs),
    activatedAt: momentOrNull(policy.activatedAtMs),
  };
}
