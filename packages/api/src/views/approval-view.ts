import type { Approval, PreparedForOwner, TransactionRequest } from '@countersign/core';
import type { ApprovalView, PreparedView } from '@countersign/sdk';
import { base64Of } from './base64.ts';
import { momentOf, momentOrNull } from './moment.ts';
import { transactionView } from './transaction-view.ts';

/** `request` is the one that the approval is about, where it is about one. */
export function approvalView(approval: Approval, request: TransactionRequest | null): ApprovalView {
  const { id, walletId, kind, state, requestId, policyRevision, problem } = approval;
  return {
    id,
    wallet: walletId,
    kind,
    state,
    transaction: requestId,
    policyRevision,
    problem,
    effects: request?.effects ?? [],
    createdAt: momentOf(approval.createdAtMs),
    expiresAt: momentOf(approval.expiresAtMs),
    releasesAt: momentOrNull(approval.releasesAtMs),
  };
}

export function preparedView(prepared: PreparedForOwner, network: string): PreparedView {
  const { approval, wallet, policy, request, statement, attempts } = prepared;
  const { multisig, vault, owner, agent, createKey, feeAccount } = wallet;
  return {
    approval: approvalView(approval, request),
    addresses: { multisig, vault, owner, agent, createKey, feeAccount },
    network,
    statement,
    messages: attempts.map(({ message }) => base64Of(message)),
    policy: policy && { revision: policy.revision, text: policy.text, bounds: base64Of(policy.bounds) },
    transaction: request && transactionView(request, approval),
  };
}
