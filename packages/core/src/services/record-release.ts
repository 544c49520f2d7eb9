import { type DomainError, domainError } from '../domain/errors.ts';
import type { ApprovalId } from '../domain/ids.ts';
import { ok } from '../domain/result.ts';
import type { ITransaction } from '../ports/database.ts';
import type { Approval, TransactionRequest } from '../ports/records.ts';
import { type Actor, type Dependencies, SERVICE } from './dependencies.ts';
import { type FollowUp, followDecision, stateAfter } from './follow-decision.ts';
import type { Decided } from './plan-and-decide.ts';

/** Whether a delayed payment still waits for its moment. The approval's row is where all that may end the waiting meet. */
export function waits({ state, releasesAtMs }: Approval, request: TransactionRequest): boolean {
  return state === 'waiting' && releasesAtMs !== null && request.state === 'awaiting_delay';
}

/** Why a delayed payment does not go by the agent's signature alone; `null` when it does. */
export function refusedRelease(approvalId: ApprovalId, decided: Decided): DomainError | null {
  if (stateAfter(decided) === 'approved') return null;
  const objections = decided.decision.objections
    .filter(({ outcome }) => outcome !== 'needs_delay')
    .map(({ rule, message }) => `${rule}: ${message}`);
  return domainError('approval_denied', { approval: approvalId, objections });
}

/**
 * Writes that a delayed payment goes, by time or because the owner let it, or what is in its way, in the transaction that decided on it and holds
 * wallet and approval (INVARIANT I2, I4, I10).
 */
export async function recordRelease(
  deps: Dependencies,
  tx: ITransaction,
  { approval, request, decided, actor }: Release,
): Promise<FollowUp | null> {
  const { decision } = decided;
  const atMs = decision.decidedAtMs;
  const state = stateAfter(decided);
  const why = decision.objections.map(({ message }) => message).join(' ');
  if (state === 'awaiting_owner' || state === 'awaiting_delay') {
    // What has changed meanwhile wants the owner: it goes by itself no more.
    await tx.requests.move(request.id, 'awaiting_delay', 'awaiting_owner', { atMs, decision, route: 'countersigned' });
    await holdBack(tx, approval, request, why, atMs);
    return null;
  }
  if (state === 'approved') {
    // What the owner let go went before its moment: `releasesAtMs` becomes null.
    if (actor !== SERVICE) await tx.approvals.move(approval.id, 'waiting', 'executing', {});
    await tx.approvals.move(approval.id, actor === SERVICE ? 'waiting' : 'executing', 'done', {});
    await tx.requests.move(request.id, 'awaiting_delay', 'approved', { atMs, decision, route: 'delayed' });
  } else {
    await tx.approvals.move(approval.id, 'waiting', 'void', { problem: why });
    await tx.requests.move(request.id, 'awaiting_delay', 'denied', { atMs, decision, problem: why });
  }
  const followUp = await followDecision(deps, tx, { requestId: request.id, actor, decided, state });
  if (!followUp.ok) throw new Error(JSON.stringify(followUp.error));
  return followUp.value;
}

interface Release {
  readonly approval: Approval;
  readonly request: TransactionRequest;
  readonly decided: Decided;
  /** `SERVICE` when its moment came. */
  readonly actor: Actor;
}

/** A delayed payment waits for the owner from now on, who countersigns it; what was prepared for letting it go early is void. */
export async function holdBack(
  tx: ITransaction,
  { id }: Approval,
  { id: requestId, walletId }: TransactionRequest,
  why: string,
  atMs: number,
): Promise<void> {
  await tx.approvals.holdBack(id, why);
  await tx.approvals.prepare(id, null);
  const details = { request: requestId, why };
  await tx.audit.append([{ chain: walletId, action: 'approval.held_back', actor: SERVICE, subject: id, details }], atMs);
}

/** What cannot be decided on waits for the owner from now on. */
export async function leaveToOwner(deps: Dependencies, approval: Approval, request: TransactionRequest, why: string): Promise<void> {
  const left = await deps.database.transact(async (tx) => {
    await tx.wallets.lock(request.walletId);
    const atMs = await tx.nowMs();
    if (await tx.requests.move(request.id, 'awaiting_delay', 'awaiting_owner', { atMs, route: 'countersigned' }))
      await holdBack(tx, approval, request, why, atMs);
    return ok(undefined);
  });
  if (!left.ok) throw new Error(`a delayed payment could not be held back: ${JSON.stringify(left.error)}`);
}
