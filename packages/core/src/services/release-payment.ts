import { delayAsked } from '../domain/delay-asked.ts';
import type { ApprovalId } from '../domain/ids.ts';
import { ok } from '../domain/result.ts';
import { RETRY_FOR_MS } from './after-expiry.ts';
import { askedBy } from './decide-again.ts';
import { type Dependencies, SERVICE } from './dependencies.ts';
import { carryOut, type FollowUp } from './follow-decision.ts';
import { planAndDecide } from './plan-and-decide.ts';
import { leaveToOwner, recordRelease, waits } from './record-release.ts';
import { problemOf } from './submit-attempt.ts';

/**
 * A delayed payment goes when its delay is over and nobody said no: planned with fresh bytes and decided on again, by the database's clock and the
 * policy of now. It and a veto meet at the approval's row, and one of them wins. Idempotent. Throws when the chain or the database cannot be
 * asked, so that the job is run again.
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
    delay: { seconds: delayAsked(request.decision) },
    known: async () => ok(null),
    record: async (tx, decided) => {
      const current = await tx.approvals.lock(approvalId);
      const now = await tx.requests.get(request.id);
      const atMs = decided.decision.decidedAtMs;
      if (current === null || now === null || !waits(current, now) || (current.releasesAtMs ?? 0) > atMs) return ok({ followUp: null });
      return ok({ followUp: await recordRelease(deps, tx, { approval: current, request: now, decided, actor: SERVICE }) });
    },
  });
  if (!released.ok) {
    if (deps.clock.nowMs() - (approval.releasesAtMs ?? 0) <= RETRY_FOR_MS)
      throw new Error(`a delayed payment could not be released: ${JSON.stringify(released.error)}`);
    return leaveToOwner(deps, approval, request, problemOf(released.error));
  }
  if (released.value.followUp !== null) await carryOut(deps, released.value.followUp);
}

/** Releases every payment whose moment has come; for a job that was lost. */
export async function releaseOverdue(deps: Dependencies): Promise<void> {
  const due = await deps.database.transact(async (tx) => ok(await tx.approvals.releasable(await tx.nowMs(), 100)));
  if (!due.ok) throw new Error(`delayed payments could not be read: ${JSON.stringify(due.error)}`);
  for (const { id } of due.value) await releasePayment(deps, id);
}
