import { type DomainError, domainError } from '../domain/errors.ts';
import { holdingOf } from '../domain/holding.ts';
import { type AttemptId, makeId, type RequestId, type WalletId } from '../domain/ids.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { BuiltMessage } from '../ports/blockchain-adapter.ts';
import type { ITransaction } from '../ports/database.ts';
import type { Approval, Attempt } from '../ports/records.ts';
import { describeDecision } from './audit-details.ts';
import type { Actor, Dependencies } from './dependencies.ts';
import { type Escalated, escalate } from './escalate.ts';
import { tellOfFreeze } from './freeze-wallet.ts';
import { enqueueLockdown } from './lock-down-wallet.ts';
import type { Decided } from './plan-and-decide.ts';
import { signAttempt } from './sign-attempt.ts';
import { problemOf, submitAttempt } from './submit-attempt.ts';

/** An agent that asks for more than its owner can look at is stopped here, so that nothing bad is buried under much that is harmless. */
export const MOST_WAITING_APPROVALS = 100;

export type StateAfterDecision = 'denied' | 'awaiting_delay' | 'awaiting_owner' | 'approved';

/** Where a decision leads. What was planned for two signatures waits for the owner even where the agent could do it alone by now. */
export function stateAfter({ decision, plan }: Decided): StateAfterDecision {
  if (decision.verdict === 'denied') return 'denied';
  if (decision.verdict === 'needs_owner' || plan.route === 'countersigned') return 'awaiting_owner';
  return decision.verdict === 'needs_delay' ? 'awaiting_delay' : 'approved';
}

/** What is left to do once the transaction has committed. */
export interface FollowUp {
  readonly walletId: WalletId;
  readonly requestId: RequestId;
  readonly sign: AttemptId | null;
  readonly escalated: Escalated;
}

interface Following {
  readonly requestId: RequestId;
  readonly actor: Actor;
  readonly decided: Decided;
  readonly state: StateAfterDecision;
}

/**
 * Writes what follows from a decision, in the transaction that holds the wallet's lock: a reservation with its attempt, an approval to wait for,
 * or a denial, which may freeze the wallet (INVARIANT I2, I4, I7, I10). The request itself is the caller's.
 */
export async function followDecision(
  deps: Dependencies,
  tx: ITransaction,
  { requestId, actor, decided, state }: Following,
): Promise<Result<FollowUp, DomainError>> {
  const { wallet, policy, plan, decision, history } = decided;
  const atMs = decision.decidedAtMs;
  const escalation = deps.policyEngine.determineEscalation(decision, {
    policy: policy && { revision: policy.revision.revision, rules: policy.rules },
    history,
  });
  if (state === 'awaiting_owner' || state === 'awaiting_delay') {
    const waiting = await tx.approvals.list(
      { walletId: wallet.id, state: 'waiting', kind: 'approve_payment' },
      { limit: MOST_WAITING_APPROVALS, cursor: null },
    );
    if (waiting.length === MOST_WAITING_APPROVALS)
      return fail(domainError('too_many_approvals', { wallet: wallet.id, waiting: waiting.length }));
  }
  const event = {
    chain: wallet.id,
    action: 'request.decided',
    actor,
    subject: requestId,
    details: describeDecision(plan.action, decision, state, escalation),
  };
  const attemptId = state === 'approved' ? makeId('attempt', atMs, deps.random.bytes(10)) : null;
  const approval = state === 'awaiting_owner' || state === 'awaiting_delay' ? approvalOf(deps, requestId, decided, state) : null;
  await Promise.all([
    ...(attemptId !== null && plan.route === 'autonomous' ? beginAttempt(deps, tx, requestId, attemptId, decided, plan.built) : []),
    ...(approval === null ? [] : beginApproval(tx, approval)),
    tx.audit.append([event], atMs),
  ]);
  const escalated = await escalate(tx, requestId, decided, escalation);
  return ok({ walletId: wallet.id, requestId, sign: attemptId, escalated });
}

/** The attempt, what it holds of the budgets, and the job that looks after it. */
function beginAttempt(
  deps: Dependencies,
  tx: ITransaction,
  requestId: RequestId,
  attemptId: AttemptId,
  { wallet, policy, plan, decision }: Decided,
  built: BuiltMessage,
): readonly Promise<void>[] {
  if (policy === null) throw new Error('nothing is approved without a policy');
  const atMs = decision.decidedAtMs;
  const holding = holdingOf({ effects: plan.effects, simulation: plan.simulation, policy: policy.rules, addresses: wallet, alone: true });
  const attempt: Attempt = {
    id: attemptId,
    walletId: wallet.id,
    requestId,
    approvalId: null,
    step: 0,
    state: 'prepared',
    message: built.bytes,
    lastValidBlockHeight: built.lastValidBlockHeight,
    wire: null,
    signature: null,
    holding,
    problem: null,
    createdAtMs: atMs,
  };
  return [
    tx.attempts.insert(attempt),
    tx.budgets.reserve({ attemptId, walletId: wallet.id, holding, atMs }),
    tx.jobs.enqueue({ kind: 'advance-attempt', attemptId }, { startAfterMs: deps.limits.firstLookMs }),
  ];
}

/** What waits for the owner; a delayed payment goes by itself after its delay, unless somebody says no before. */
function approvalOf(
  deps: Dependencies,
  requestId: RequestId,
  { wallet, decision }: Decided,
  state: 'awaiting_owner' | 'awaiting_delay',
): Approval {
  const atMs = decision.decidedAtMs;
  const releasesAtMs = state === 'awaiting_delay' ? atMs + (decision.delaySeconds ?? 0) * 1000 : null;
  return {
    id: makeId('approval', atMs, deps.random.bytes(10)),
    walletId: wallet.id,
    kind: 'approve_payment',
    state: 'waiting',
    requestId,
    policyRevision: decision.policyRevision,
    change: null,
    prepared: null,
    problem: null,
    createdAtMs: atMs,
    expiresAtMs: (releasesAtMs ?? atMs) + deps.limits.approvalLifetimeMs,
    releasesAtMs,
  };
}

function beginApproval(tx: ITransaction, approval: Approval): readonly Promise<void>[] {
  const { id, releasesAtMs, createdAtMs } = approval;
  if (releasesAtMs === null) return [tx.approvals.insert(approval)];
  const startAfterMs = Math.max(0, releasesAtMs - createdAtMs);
  return [tx.approvals.insert(approval), tx.jobs.enqueue({ kind: 'release-payment', approvalId: id }, { startAfterMs })];
}

/** After the commit: tells signer and people of a freeze, and has the attempt signed and sent. What fails here is taken up by the job. */
export async function carryOut(deps: Dependencies, { walletId, requestId, sign, escalated }: FollowUp): Promise<void> {
  for (const alert of escalated.alerts) deps.alerts.raise(alert);
  if (escalated.froze !== null) await tellOfFreeze(deps, walletId, escalated.froze);
  if (escalated.lockDown) await enqueueLockdown(deps, walletId);
  if (sign === null) return;
  const signed = await signAttempt(deps, { id: sign, walletId });
  if (signed.ok) await submitAttempt(deps, signed.value);
  else await noteProblem(deps, requestId, signed.error);
}

/** The attempt keeps its reservation until its bytes provably cannot land; meanwhile the agent can see what is in the way. */
async function noteProblem(deps: Dependencies, requestId: RequestId, error: DomainError): Promise<void> {
  await deps.database.transact(async (tx) => {
    await tx.requests.note(requestId, `not signed yet: ${problemOf(error)}`);
    return ok(undefined);
  });
}
