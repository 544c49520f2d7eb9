import type { ApprovalId } from '../domain/ids.ts';
import { ok } from '../domain/result.ts';
import type { ITransaction } from '../ports/database.ts';
import type { Approval, TransactionRequest } from '../ports/records.ts';
import { RETRY_FOR_MS } from './after-expiry.ts';
import { askedBy } from './decide-again.ts';
import { type Dependencies, SERVICE } from './dependencies.ts';
import { carryOut, type FollowUp, followDecision, stateAfter } from './follow-decision.ts';
import { type Decided, planAndDecide } from './plan-and-decide.ts';
import { problemOf } from './submit-attempt.ts';

/**
 * A delayed payment goes when its delay is over and nobody said no: planned with fresh bytes and decided on again, by the database's clock. It
 * and a veto meet at the approval's row, and one of them wins. Idempotent. Throws when the chain or the database cannot be asked, so that the
 * job is run again.
 */
export async function releasePayment(deps: Dependencies, approvalId: ApprovalId): Promise<void> {
  const read = await deps.database.read(async (reader) => {
    const approval = await reader.approvals.get(approvalId);
    const request = approval?.requestId == null ? null : await reader.requests.get(approval.requestId);
    return ok({ approval, request });
  });
  if (!read.ok) throw new Error(`a delayed payment could not be read: ${JSON.stringify(read.error)}`);
  const { approval, request } = read.value;
  if (approval === null || request === null || !waits(approval, request)) return;
  const released = await planAndDecide<{ readonly followUp: FollowUp | null }>(deps, askedBy(request), {
    delayServed: true,
    known: async () => ok(null),
    record: async (tx, decided) => {
      const current = await tx.approvals.lock(approvalId);
      const now = await tx.requests.get(request.id);
      const atMs = decided.decision.decidedAtMs;
      if (current === null || now === null || !waits(current, now) || (current.releasesAtMs ?? 0) > atMs) return ok({ followUp: null });
      return recordRelease(deps, tx, current, now, decided);
    },
  });
  if (!released.ok) {
    if (deps.clock.nowMs() - (approval.releasesAtMs ?? 0) <= RETRY_FOR_MS)
      throw new Error(`a delayed payment could not be released: ${JSON.stringify(released.error)}`);
    return leaveToOwner(deps, approval, request, problemOf(released.error));
  }
  if (released.value.followUp !== null) await carryOut(deps, released.value.followUp);
}

/** What cannot go by itself waits for the owner from now on. */
async function leaveToOwner(deps: Dependencies, approval: Approval, request: TransactionRequest, why: string): Promise<void> {
  const left = await deps.database.transact(async (tx) => {
    await tx.wallets.lock(request.walletId);
    const atMs = await tx.nowMs();
    if (await tx.requests.move(request.id, 'awaiting_delay', 'awaiting_owner', { atMs, route: 'countersigned' }))
      await holdBack(tx, approval, request, why, atMs);
    return ok(undefined);
  });
  if (!left.ok) throw new Error(`a delayed payment could not be held back: ${JSON.stringify(left.error)}`);
}

async function holdBack(tx: ITransaction, { id }: Approval, request: TransactionRequest, why: string, atMs: number): Promise<void> {
  await tx.approvals.holdBack(id, why);
  const details = { request: request.id, why };
  await tx.audit.append([{ chain: request.walletId, action: 'approval.held_back', actor: SERVICE, subject: id, details }], atMs);
}

/** Releases every payment whose moment has come; for a job that was lost. */
export async function releaseOverdue(deps: Dependencies): Promise<void> {
  const due = await deps.database.transact(async (tx) => ok(await tx.approvals.releasable(await tx.nowMs(), 100)));
  if (!due.ok) throw new Error(`delayed payments could not be read: ${JSON.stringify(due.error)}`);
  for (const { id } of due.value) await releasePayment(deps, id);
}

function waits({ state, releasesAtMs }: Approval, request: TransactionRequest): boolean {
  return state === 'waiting' && releasesAtMs !== null && request.state === 'awaiting_delay';
}

async function recordRelease(
  deps: Dependencies,
  tx: ITransaction,
  approval: Approval,
  request: TransactionRequest,
  decided: Decided,
): Promise<{ ok: true; value: { readonly followUp: FollowUp | null } }> {
  const { decision } = decided;
  const atMs = decision.decidedAtMs;
  const state = stateAfter(decided);
  const why = decision.objections.map(({ message }) => message).join(' ');
  if (state === 'awaiting_owner' || state === 'awaiting_delay') {
    // What has changed meanwhile wants the owner: it goes by itself no more.
    await tx.requests.move(request.id, 'awaiting_delay', 'awaiting_owner', { atMs, decision, route: 'countersigned' });
    await holdBack(tx, approval, request, why, atMs);
    return ok({ followUp: null });
  }
  for (const attempt of await tx.attempts.ofApproval(approval.id))
    if (attempt.state === 'prepared')
      await tx.attempts.move(attempt.id, 'prepared', 'withdrawn', { problem: 'the delay is over; it goes without the owner' });
  await tx.approvals.move(approval.id, 'waiting', state === 'approved' ? 'done' : 'void', state === 'approved' ? {} : { problem: why });
  await tx.requests.move(request.id, 'awaiting_delay', state, {
    atMs,
    decision,
    ...(state === 'approved' ? { route: 'delayed' as const } : { problem: why }),
  });
  const followUp = await followDecision(deps, tx, { requestId: request.id, actor: SERVICE, decided, state });
  if (!followUp.ok) throw new Error(JSON.stringify(followUp.error));
  return ok({ followUp: followUp.value });
}
