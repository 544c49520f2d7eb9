import type { ApprovalId, Decision, TransactionRequest } from '@countersign/core';
import type { DecisionView, TransactionView } from '@countersign/sdk';
import { momentOf, momentOrNull } from './moment.ts';

export function decisionView(decision: Decision): DecisionView {
  const { verdict, route, policyRevision, objections, budgets, decidedAtMs, slot } = decision;
  return {
    verdict,
    route,
    policyRevision,
    violations: objections,
    budgets: budgets.map((line) => ({
      asset: line.asset,
      windowSeconds: line.windowSeconds,
      route: line.route,
      limit: line.limit.toString(),
      used: line.used.toString(),
      remaining: line.remaining.toString(),
      comesBackAt: momentOrNull(line.comesBackAtMs),
    })),
    decidedAt: momentOf(decidedAtMs),
    slot: slot === null ? null : slot.toString(),
  };
}

export function transactionView(request: TransactionRequest, approval: ApprovalId | null): TransactionView {
  const { payment, decision } = request;
  return {
    id: request.id,
    wallet: request.walletId,
    state: request.state,
    route: request.route,
    asset: payment.asset,
    amount: payment.amount.toString(),
    recipient: payment.recipient,
    memo: payment.memo,
    signature: request.signature,
    policyRevision: decision.policyRevision,
    approval: request.state === 'awaiting_owner' ? approval : null,
    problem: request.problem,
    decision: decisionView(decision),
    createdAt: momentOf(request.createdAtMs),
    updatedAt: momentOf(request.updatedAtMs),
  };
}
