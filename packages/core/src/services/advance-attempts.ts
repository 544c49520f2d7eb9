import type { AttemptId } from '../domain/ids.ts';
import { ok } from '../domain/result.ts';
import type { TransactionStatus } from '../ports/blockchain-adapter.ts';
import type { Attempt } from '../ports/records.ts';
import { advancePrepared } from './advance-prepared.ts';
import type { Dependencies } from './dependencies.ts';
import { finishApproval } from './finish-approval.ts';
import { recordConfirmed, recordResent, settleExpired, settleLanded } from './settle-attempt.ts';

/**
 * Looks at attempts and moves each as far as the chain's record proves. Idempotent, and safe beside other replicas: every move names the
 * state it expects. An attempt that is not at its end is looked at again. Throws when the database or the chain cannot be asked, so that
 * the job is run again.
 */
export async function advanceAttempts(deps: Dependencies, ids: readonly AttemptId[]): Promise<void> {
  const looks = await lookAtAttempts(deps, ids);
  if (looks.size === 0) return;
  const enqueued = await deps.database.transact(async (tx) => {
    for (const [attemptId, startAfterMs] of looks) await tx.jobs.enqueue({ kind: 'advance-attempt', attemptId }, { startAfterMs });
    return ok(undefined);
  });
  if (!enqueued.ok) throw new Error(`the next look could not be written down: ${JSON.stringify(enqueued.error)}`);
}

/** One look, with the milliseconds after which each attempt that is not at its end wants the next. */
export async function lookAtAttempts(deps: Dependencies, ids: readonly AttemptId[]): Promise<ReadonlyMap<AttemptId, number>> {
  if (ids.length === 0) return new Map();
  const read = await deps.database.read(async (reader) => ok(await reader.attempts.getMany([...new Set(ids)])));
  if (!read.ok) throw new Error(`attempts could not be read: ${JSON.stringify(read.error)}`);
  const sent = read.value.filter(
    ({ state, signature }) => signature !== null && ['signed', 'submitted', 'confirmed', 'unknown'].includes(state),
  );
  const asked = await deps.chain.getTransactionStatus(sent.flatMap(({ signature }) => signature ?? []));
  if (!asked.ok) throw new Error(`the chain could not be asked: ${JSON.stringify(asked.error)}`);
  const { statuses, finalizedBlockHeight } = asked.value;
  const looks = new Map<AttemptId, number>();
  for (const attempt of read.value) {
    const at = sent.indexOf(attempt);
    const status = statuses[at];
    const again =
      at >= 0 && status
        ? await advanceSent(deps, attempt, status, finalizedBlockHeight)
        : await advanceOther(deps, attempt, finalizedBlockHeight);
    if (again !== null) looks.set(attempt.id, again);
  }
  return looks;
}

/** In how many milliseconds to look again; `null` when there is nothing more to see. */
type NextLook = number | null;

async function advanceOther(deps: Dependencies, attempt: Attempt, finalizedBlockHeight: bigint): Promise<NextLook> {
  if (attempt.state === 'prepared') return advancePrepared(deps, attempt, finalizedBlockHeight);
  // Its end is known; the change of the wallet that it was a step of may still want finishing.
  if (attempt.approvalId === null || attempt.requestId !== null) return null;
  return (await finishApproval(deps, attempt.approvalId)) === 'unfinished' ? deps.limits.resendMs : null;
}

async function advanceSent(
  deps: Dependencies,
  attempt: Attempt,
  status: TransactionStatus,
  finalizedBlockHeight: bigint,
): Promise<NextLook> {
  if (status.kind === 'finalized') {
    if (!(await settleLanded(deps, attempt, status.error))) return deps.limits.resendMs;
    return advanceOther(deps, { ...attempt, state: 'finalized' }, finalizedBlockHeight);
  }
  if (status.kind === 'confirmed') {
    if (status.error === null) await recordConfirmed(deps, attempt);
    return deps.limits.finalityMs;
  }
  if (status.kind === 'processed') return deps.limits.resendMs;
  // INVARIANT I3: only a finalized height past the last valid one, with the signature not on chain, proves that the bytes cannot land.
  if (finalizedBlockHeight > attempt.lastValidBlockHeight) {
    if (!(await settleExpired(deps, attempt))) return deps.limits.resendMs;
    return advanceOther(deps, { ...attempt, state: 'expired' }, finalizedBlockHeight);
  }
  await resend(deps, attempt);
  return deps.limits.resendMs;
}

/** The same bytes, again. Not when the wallet froze before they were ever sent, and not before the step that they build on. */
async function resend(deps: Dependencies, attempt: Attempt): Promise<void> {
  const { wire } = attempt;
  if (wire === null) return;
  const may = await deps.database.transact(async (tx) => {
    const wallet = await tx.wallets.get(attempt.walletId);
    if (attempt.state === 'signed' && attempt.outflow !== null && wallet?.state !== 'active') return ok(false);
    if (attempt.approvalId === null || attempt.step === 0) return ok(true);
    const steps = await tx.attempts.ofApproval(attempt.approvalId);
    const before = steps.find(
      ({ step, lastValidBlockHeight }) => step === attempt.step - 1 && lastValidBlockHeight === attempt.lastValidBlockHeight,
    );
    return ok(before === undefined || before.state === 'confirmed' || before.state === 'finalized');
  });
  if (!may.ok || !may.value) return;
  const sent = await deps.chain.submitTransaction(wire);
  await recordResent(deps, attempt, sent.ok ? null : sent.error);
}
