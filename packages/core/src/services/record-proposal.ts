import type { Decision } from '../domain/decision.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import { type AttemptId, makeId, type RequestId } from '../domain/ids.ts';
import type { RequestState } from '../domain/request-states.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { BuiltMessage } from '../ports/blockchain-adapter.ts';
import type { ITransaction } from '../ports/database.ts';
import type { Approval, Attempt, TransactionRequest } from '../ports/records.ts';
import { describeDecision } from './audit-details.ts';
import type { Dependencies } from './dependencies.ts';
import type { PaymentPlan } from './plan-payment.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import type { ProposeTransactionInput } from './propose-transaction-input.ts';

/** An agent that asks for more than its owner can look at is stopped here, so that nothing bad is buried under much that is harmless. */
export const MOST_WAITING_APPROVALS = 100;

interface Proposal {
  readonly requestId: RequestId;
  readonly input: ProposeTransactionInput;
  readonly wallet: Wallet;
  readonly policy: PolicyInForce | null;
  readonly plan: PaymentPlan;
  readonly decision: Decision;
}

/**
 * Writes the request, its decision, and what follows from it, in the transaction that holds the wallet's lock: a denial, an approval to
 * wait for, or a reservation with its attempt (INVARIANT I2, I4, I10).
 */
export async function recordProposal(
  deps: Dependencies,
  tx: ITransaction,
  { requestId, input, wallet, plan, decision }: Proposal,
): Promise<Result<{ readonly replayOf: RequestId | null; readonly attemptId: AttemptId | null }, DomainError>> {
  const { payment, credential } = input;
  const atMs = decision.decidedAtMs;
  const claim = await tx.idempotency.claim({
    credentialId: credential.id,
    key: input.idempotencyKey,
    fingerprint: input.fingerprint,
    requestId,
    atMs,
  });
  if (claim.kind === 'taken') {
    if (claim.fingerprint !== input.fingerprint) return fail(domainError('idempotency_key_reused', { key: input.idempotencyKey }));
    return ok({ replayOf: claim.requestId, attemptId: null });
  }
  const needsOwner = decision.verdict === 'needs_owner' || (decision.verdict === 'allowed' && plan.route === 'countersigned');
  const state: RequestState = decision.verdict === 'denied' ? 'denied' : needsOwner ? 'awaiting_owner' : 'approved';
  if (needsOwner) {
    const waiting = await tx.approvals.list(
      { walletId: wallet.id, state: 'waiting', kind: 'approve_payment' },
      { limit: MOST_WAITING_APPROVALS, cursor: null },
    );
    if (waiting.length === MOST_WAITING_APPROVALS)
      return fail(domainError('too_many_approvals', { wallet: wallet.id, waiting: waiting.length }));
  }
  const request: TransactionRequest = {
    id: requestId,
    walletId: wallet.id,
    credentialId: credential.id,
    state,
    payment,
    route: state === 'denied' ? null : needsOwner ? 'countersigned' : 'autonomous',
    decision,
    intent: plan.route === 'countersigned' ? plan.intent : null,
    signature: null,
    problem: null,
    createdAtMs: atMs,
    updatedAtMs: atMs,
  };
  const attemptId = state === 'approved' && plan.route === 'autonomous' ? makeId('attempt', atMs, deps.random.bytes(10)) : null;
  const event = {
    chain: wallet.id,
    action: 'request.decided',
    actor: credential.id,
    subject: requestId,
    details: describeDecision(payment, decision, state),
  };
  await Promise.all([
    tx.requests.insert(request),
    ...(attemptId !== null && plan.route === 'autonomous' ? beginAttempt(deps, tx, request, attemptId, plan.built) : []),
    ...(state === 'awaiting_owner' ? [tx.approvals.insert(approvalOf(deps, request))] : []),
    tx.audit.append([event], atMs),
  ]);
  return ok({ replayOf: null, attemptId });
}

/** The attempt, what it holds of the budget, and the job that looks after it. */
function beginAttempt(
  deps: Dependencies,
  tx: ITransaction,
  request: TransactionRequest,
  attemptId: AttemptId,
  built: BuiltMessage,
): readonly Promise<void>[] {
  const { id, walletId, payment, createdAtMs } = request;
  const { asset, amount } = payment;
  const attempt: Attempt = {
    id: attemptId,
    walletId,
    requestId: id,
    approvalId: null,
    step: 0,
    state: 'prepared',
    message: built.bytes,
    lastValidBlockHeight: built.lastValidBlockHeight,
    wire: null,
    signature: null,
    outflow: { asset, amount, route: 'autonomous' },
    problem: null,
    createdAtMs,
  };
  return [
    tx.attempts.insert(attempt),
    tx.budgets.reserve({ attemptId, walletId, asset, amount, route: 'autonomous', atMs: createdAtMs }),
    tx.jobs.enqueue({ kind: 'advance-attempt', attemptId }, { startAfterMs: deps.limits.firstLookMs }),
  ];
}

function approvalOf(deps: Dependencies, { id, walletId, decision, createdAtMs }: TransactionRequest): Approval {
  return {
    id: makeId('approval', createdAtMs, deps.random.bytes(10)),
    walletId,
    kind: 'approve_payment',
    state: 'waiting',
    requestId: id,
    policyRevision: decision.policyRevision,
    prepared: null,
    problem: null,
    createdAtMs,
    expiresAtMs: createdAtMs + deps.limits.approvalLifetimeMs,
  };
}
