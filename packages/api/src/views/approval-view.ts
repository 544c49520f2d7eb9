import type { Approval, PreparedForOwner } from '@countersign/core';
import type { ApprovalView, PreparedView } from '@countersign/sdk';
import { momentOf } from './moment.ts';
import { transactionView } from './transaction-view.ts';

export function approvalView(approval: Approval): ApprovalView {
  const { id, walletId, kind, state, requestId, policyRevision, problem } = approval;
  return {
    id,
    wallet: walletId,
    kind,
    state,
    transaction: requestId,
    policyRevision,
    problem,
    createdAt: momentOf(approval.createdAtMs),
    expiresAt: momentOf(approval.expiresAtMs),
  };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

export function preparedView(prepared: PreparedForOwner, network: string): PreparedView {
  const { approval, wallet, policy, request, statement, attempts } = prepared;
  const { multisig, vault, owner, agent, createKey, feeAccount } = wallet;
  return {
    approval: approvalView(approval),
    addresses: { multisig, vault, owner, agent, createKey, feeAccount },
    network,
    statement,
    messages: attempts.map(({ message }) => base64(message)),
    policy: policy && { revision: policy.revision, text: policy.text, bounds: base64(policy.bounds) },
    transaction: request && transactionView(request, approval.id),
  };
}
