import type { Approval, PreparedForOwner, TransactionRequest, WalletChange } from '@countersign/core';
import type { ApprovalView, PreparedView, WalletChangeView } from '@countersign/sdk';
import { base64Of } from './base64.ts';
import { preparedKitView } from './kit-view.ts';
import { momentOf, momentOrNull } from './moment.ts';
import { transactionView } from './transaction-view.ts';

/** `request` is the one that the approval is about, where it is about one. */
export function approvalView(approval: Approval, request: TransactionRequest | null): ApprovalView {
  const { id, walletId, kind, state, requestId, policyRevision, change, problem } = approval;
  return {
    id,
    wallet: walletId,
    kind,
    state,
    transaction: requestId,
    policyRevision,
    problem,
    change: change && changeView(change),
    effects: request?.effects ?? [],
    because: (request?.decision.objections ?? []).filter(({ outcome }) => outcome !== 'denied'),
    createdAt: momentOf(approval.createdAtMs),
    expiresAt: momentOf(approval.expiresAtMs),
    releasesAt: momentOrNull(approval.releasesAtMs),
  };
}

function changeView({ agent, owner, recovery, feeAccount, consentOf, reason }: WalletChange): WalletChangeView {
  return { agent, owner, recovery, feeAccount, consentOf, reason };
}

/** What the owner sees beside the bytes, read when they were prepared. */
export type PreparedSurroundings = Pick<PreparedView, 'inForce' | 'changes' | 'firstTimeRecipients' | 'balances'>;

export function preparedView(prepared: PreparedForOwner, network: string, surroundings: PreparedSurroundings): PreparedView {
  const { approval, wallet, policy, request, statement, attempts, kits, intent } = prepared;
  const { multisig, vault, owner, agent, createKey, feeAccount, recovery } = wallet;
  return {
    approval: approvalView(approval, request),
    addresses: { multisig, vault, owner, agent, createKey, feeAccount },
    recovery,
    network,
    statement,
    messages: [...attempts, ...kits].map(({ message }) => base64Of(message)),
    kits: kits.map(preparedKitView),
    intent: intent && base64Of(intent),
    policy: policy && { revision: policy.revision, text: policy.text, bounds: base64Of(policy.bounds) },
    transaction: request && transactionView(request, approval),
    ...surroundings,
  };
}
