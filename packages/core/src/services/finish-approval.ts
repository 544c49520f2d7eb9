import type { ApprovalId } from '../domain/ids.ts';
import { ok } from '../domain/result.ts';
import type { Attempt } from '../ports/records.ts';
import { activatePolicy } from './activate-policy.ts';
import { isLive } from './advance-prepared.ts';
import type { Dependencies } from './dependencies.ts';
import { handBack } from './hand-back.ts';

/**
 * Goes on with a change of the wallet that the owner has signed (`create_wallet`, `install_policy`) once its transactions have ended: all
 * finalized leads to read-back and activation; any other end hands it back to the owner for fresh bytes. Idempotent.
 */
export async function finishApproval(deps: Dependencies, approvalId: ApprovalId): Promise<'finished' | 'unfinished'> {
  const read = await deps.database.transact(async (tx) =>
    ok({ approval: await tx.approvals.get(approvalId), attempts: await tx.attempts.ofApproval(approvalId) }),
  );
  if (!read.ok) return 'unfinished';
  const { approval } = read.value;
  if (approval?.state !== 'executing' || approval.kind === 'approve_payment') return 'finished';
  const attempts = read.value.attempts.filter(({ id }) => approval.prepared?.attemptIds.includes(id));
  if (attempts.some(({ state }) => isLive(state))) return 'unfinished';
  const lost = attempts.find(({ state }) => state !== 'finalized');
  if (lost) return handBack(deps, approval, describeLoss(lost));
  return activatePolicy(deps, approval);
}

function describeLoss({ step, state, problem }: Attempt): string {
  return `transaction ${step + 1} ${state === 'failed' ? 'failed on chain' : 'did not land'}: ${problem ?? 'no reason known'}; prepare and sign again`;
}
