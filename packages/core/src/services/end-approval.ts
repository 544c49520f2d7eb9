import { type ApprovalState, SETTING_KINDS } from '../domain/approval-states.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import type { ApprovalId, RequestId } from '../domain/ids.ts';
import type { RequestState } from '../domain/request-states.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { ITransaction } from '../ports/database.ts';
import type { Approval } from '../ports/records.ts';
import { type Actor, type Dependencies, SERVICE } from './dependencies.ts';
import { withdrawPrepared } from './withdraw-prepared.ts';

type End = Extract<ApprovalState, 'rejected' | 'expired' | 'void'>;
const REQUEST_END: { readonly [State in End]: RequestState } = { rejected: 'rejected', expired: 'expired', void: 'cancelled' };

/** Says no to what waits for the owner. Saying no takes nothing from anybody, so the operator may do it as well as the owner. */
export async function rejectApproval(
  deps: Dependencies,
  input: { readonly approvalId: ApprovalId; readonly reason: string; readonly actor: Actor },
): Promise<Result<Approval, DomainError>> {
  return deps.database.transact(async (tx) => endApproval(tx, input.approvalId, 'rejected', input.reason, input.actor));
}

/** Ends what can no longer be approved as it was asked for. */
export async function voidApproval(deps: Dependencies, approvalId: ApprovalId, problem: string): Promise<void> {
  await deps.database.transact(async (tx) => endApproval(tx, approvalId, 'void', problem, SERVICE));
}

/** Takes a request back before anything was signed for it. */
export async function cancelTransaction(
  deps: Dependencies,
  input: { readonly requestId: RequestId; readonly actor: Actor },
): Promise<Result<Approval, DomainError>> {
  return deps.database.transact(async (tx) => {
    const approval = await tx.approvals.ofRequest(input.requestId);
    if (approval !== null) return endApproval(tx, approval.id, 'void', 'cancelled by the one who asked', input.actor);
    const request = await tx.requests.get(input.requestId);
    if (request === null) return fail(domainError('not_found', { kind: 'transaction', id: input.requestId }));
    return fail(
      domainError('state_conflict', {
        kind: 'transaction',
        id: input.requestId,
        expected: 'awaiting_owner or awaiting_delay',
        actual: request.state,
      }),
    );
  });
}

/** Ends what nobody answered in time. Idempotent. */
export async function expireApprovals(deps: Dependencies): Promise<void> {
  const overdue = await deps.database.transact(async (tx) => ok(await tx.approvals.overdue(await tx.nowMs(), 100)));
  if (!overdue.ok) throw new Error(`overdue approvals could not be read: ${JSON.stringify(overdue.error)}`);
  for (const { id } of overdue.value)
    await deps.database.transact(async (tx) => endApproval(tx, id, 'expired', 'nobody answered in time', SERVICE));
}

/** Ends an approval that waits, with everything that hangs on it. */
export async function endApproval(
  tx: ITransaction,
  approvalId: ApprovalId,
  to: End,
  problem: string,
  actor: Actor,
): Promise<Result<Approval, DomainError>> {
  const first = await tx.approvals.get(approvalId);
  if (first === null) return fail(domainError('not_found', { kind: 'approval', id: approvalId }));
  const wallet = await tx.wallets.lock(first.walletId);
  const approval = await tx.approvals.lock(approvalId);
  // Part of it has landed: the wallet's keys are between the old and the new ones, and it can only be gone through with (INVARIANT I8).
  if (wallet?.rekeyingBy === approvalId) return fail(domainError('rotation_under_way', { wallet: wallet.id, approval: approvalId }));
  if (approval === null || !(await tx.approvals.move(approvalId, 'waiting', to, { problem })))
    return fail(domainError('approval_not_waiting', { approval: approvalId, state: approval?.state ?? 'missing' }));
  const { walletId, kind, requestId, policyRevision } = approval;
  const atMs = await tx.nowMs();
  await withdrawPrepared(tx, approvalId, problem);
  if (requestId !== null) {
    const end = REQUEST_END[to];
    // A delayed payment that is refused before its moment is vetoed.
    if (!(await tx.requests.move(requestId, 'awaiting_owner', end, { atMs, problem })))
      await tx.requests.move(requestId, 'awaiting_delay', end, { atMs, problem });
  }
  if (SETTING_KINDS.includes(kind) && policyRevision !== null) await tx.policies.move(walletId, policyRevision, 'proposed', 'void', atMs);
  // A wallet may have been frozen while it was made.
  if (kind === 'create_wallet' && !(await tx.wallets.move(walletId, 'creating', 'failed', { frozenReason: null })))
    await tx.wallets.move(walletId, 'frozen', 'failed', { frozenReason: null });
  await tx.audit.append(
    [{ chain: walletId, action: `approval.${to}`, actor, subject: approvalId, details: { kind, request: requestId, problem } }],
    atMs,
  );
  return ok({ ...approval, state: to, problem });
}
