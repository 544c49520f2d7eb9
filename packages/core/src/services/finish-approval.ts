import { SETTING_KINDS } from '../domain/approval-states.ts';
import type { ApprovalId } from '../domain/ids.ts';
import { ok } from '../domain/result.ts';
import type { Attempt } from '../ports/records.ts';
import { isLive } from './advance-prepared.ts';
import { bringIntoForce } from './bring-into-force.ts';
import type { Dependencies } from './dependencies.ts';
import { handBack } from './hand-back.ts';
import { submitAttempt } from './submit-attempt.ts';

/**
 * Goes on with a change of the wallet's settings that the owner has signed: sends the next of its transactions once the one before it is finalized;
 * all finalized leads to read-back and into force; any other end hands it back to the owner for fresh bytes. Idempotent.
 */
export async function finishApproval(deps: Dependencies, approvalId: ApprovalId): Promise<'finished' | 'unfinished'> {
  const read = await deps.database.transact(async (tx) =>
    ok({ approval: await tx.approvals.get(approvalId), attempts: await tx.attempts.ofApproval(approvalId) }),
  );
  if (!read.ok) return 'unfinished';
  const { approval } = read.value;
  if (approval?.state !== 'executing' || !SETTING_KINDS.includes(approval.kind)) return 'finished';
  const attempts = (approval.prepared?.attemptIds ?? []).flatMap((id) => read.value.attempts.find((attempt) => attempt.id === id) ?? []);
  if (attempts.some(({ state }) => isLive(state))) {
    await sendNext(deps, attempts);
    return 'unfinished';
  }
  const lost = attempts.find(({ state }) => state !== 'finalized');
  return lost ? handBack(deps, approval, describeLoss(lost)) : bringIntoForce(deps, approval);
}

/** The first that has not landed, if it was never sent: everything before it is finalized. */
async function sendNext(deps: Dependencies, attempts: readonly Attempt[]): Promise<void> {
  const next = attempts.find(({ state }) => state !== 'finalized');
  if (next?.state !== 'signed' || next.wire === null || next.signature === null) return;
  const { id, walletId, requestId, wire, signature } = next;
  await submitAttempt(deps, { id, walletId, requestId, wire, signature });
}

function describeLoss({ step, state, problem }: Attempt): string {
  return `transaction ${step + 1} ${state === 'failed' ? 'failed on chain' : 'did not land'}: ${problem ?? 'no reason known'}; prepare and sign again`;
}
