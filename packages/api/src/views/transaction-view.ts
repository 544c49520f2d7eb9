import type { Approval, Decision, DryRun, RequestedAction, RequestState, TransactionRequest } from '@countersign/core';
import type { DecisionView, DryRunView, TransactionView } from '@countersign/sdk';
import { base64Of } from './base64.ts';
import { momentOf, momentOrNull } from './moment.ts';

export function decisionView(decision: Decision): DecisionView {
  const { verdict, route, delaySeconds, policyRevision, objections, budgets, decidedAtMs, slot, chainTimeMs } = decision;
  return {
    verdict,
    route,
    delaySeconds,
    policyRevision,
    violations: objections,
    budgets: budgets.map((line) => ({
      of: line.of,
      scope: line.scope,
      windowSeconds: line.windowSeconds,
      limitKind: line.limitKind,
      limit: line.limit.toString(),
      used: line.used.toString(),
      remaining: line.remaining.toString(),
      asked: line.asked.toString(),
      comesBackAt: momentOrNull(line.comesBackAtMs),
    })),
    decidedAt: momentOf(decidedAtMs),
    slot: slot === null ? null : slot.toString(),
    chainTime: momentOrNull(chainTimeMs),
  };
}

export function dryRunView({ decision, effects }: DryRun): DryRunView {
  return { ...decisionView(decision), dryRun: true, effects };
}

/** Whether somebody can still say no to the request: the owner who is asked, or, while it waits out its delay, whoever vetoes it. */
export function waitsForAnswer(state: RequestState): boolean {
  return state === 'awaiting_owner' || state === 'awaiting_delay';
}

/** `approval` is the request's own, where it has one; it is shown while it can be answered. */
export function transactionView(request: TransactionRequest, approval: Pick<Approval, 'id' | 'releasesAtMs'> | null): TransactionView {
  const { decision } = request;
  return {
    id: request.id,
    wallet: request.walletId,
    state: request.state,
    route: request.route,
    ...actionView(request.action),
    effects: request.effects,
    signature: request.signature,
    policyRevision: decision.policyRevision,
    approval: waitsForAnswer(request.state) ? (approval?.id ?? null) : null,
    releasesAt: request.state === 'awaiting_delay' ? momentOrNull(approval?.releasesAtMs ?? null) : null,
    problem: request.problem,
    decision: decisionView(decision),
    createdAt: momentOf(request.createdAtMs),
    updatedAt: momentOf(request.updatedAtMs),
  };
}

function actionView(action: RequestedAction): Pick<TransactionView, 'asset' | 'amount' | 'recipient' | 'memo' | 'message'> {
  if (action.kind === 'call') return { asset: null, amount: null, recipient: null, memo: null, message: base64Of(action.message) };
  const { asset, amount, recipient, memo } = action.payment;
  return { asset, amount: amount.toString(), recipient, memo, message: null };
}
