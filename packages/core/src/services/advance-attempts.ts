import type { AttemptId } from '../domain/ids.ts';
import { keepsWholeLifetime } from '../domain/message-lifetime.ts';
import { ok } from '../domain/result.ts';
import type { TransactionStatus } from '../ports/blockchain-adapter.ts';
import type { Attempt } from '../ports/records.ts';
import { advancePrepared } from './advance-prepared.ts';
import type { Dependencies } from './dependencies.ts';
import { finishApproval } from './finish-approval.ts';
import { recordConfirmed, recordResent, settleExpired, settleLanded } from './settle-attempt.ts';
import { submitAttempt } from './submit-attempt.ts';

/**
 * Looks at attempts and moves each as far as the chain's record proves. Idempotent, and safe beside other replicas: every move names the
 * state it expects. An attempt that is not at its end is looked at again. Throws when the database or the chain cannot be asked, so that
 * the job is run again.
 */
export async function advanceAttempts(deps: Dependencies, ids: readonly AttemptId[]): Promise<void> {
  const looks = await lookAtAttempts(deps, ids);
  if (looks.size === 0) return;
  const enqueued = await deps.database.transact(async (tx) => {
    for (const [attemptId, look] of looks) await tx.jobs.enqueue({ kind: 'advance-attempt', attemptId }, look);
    return ok(undefined);
  });
  if (!enqueued.ok) throw new Error(`the next look could not be written down: ${JSON.stringify(enqueued.error)}`);
}

/**
 * When an attempt that is not at its end wants the next look. A change of a wallet's settings or keys is urgent: however many payments there are to be
 * followed, a key that has to go is not kept by them.
 */
interface WantedLook {
  readonly startAfterMs: number;
  readonly urgent: boolean;
}

/** One look at each. */
export async function lookAtAttempts(deps: Dependencies, ids: readonly AttemptId[]): Promise<ReadonlyMap<AttemptId, WantedLook>> {
  if (ids.length === 0) return new Map();
  const read = await deps.database.read(async (reader) => ok(await reader.attempts.getMany([...new Set(ids)])));
  if (!read.ok) throw new Error(`attempts could not be read: ${JSON.stringify(read.error)}`);
  const sent = read.value.filter(
    ({ state, signature }) => signature !== null && ['signed', 'submitted', 'confirmed', 'unknown'].includes(state),
  );
  const asked = await deps.chain.getTransactionStatus(sent.flatMap(({ signature }) => signature ?? []));
  if (!asked.ok) throw new Error(`the chain could not be asked: ${JSON.stringify(asked.error)}`);
  const { statuses, finalizedBlockHeight, searchedFromBlockHeight } = asked.value;
  const looks = new Map<AttemptId, WantedLook>();
  for (const attempt of read.value) {
    const at = sent.indexOf(attempt);
    const status = statuses[at];
    const again =
      at >= 0 && status
        ? await advanceSent(deps, attempt, status, { finalizedBlockHeight, searchedFromBlockHeight })
        : await advanceOther(deps, attempt, finalizedBlockHeight);
    if (again !== null) looks.set(attempt.id, { startAfterMs: again, urgent: attempt.requestId === null });
  }
  return looks;
}

interface Searched {
  readonly finalizedBlockHeight: bigint;
  readonly searchedFromBlockHeight: bigint;
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
  { finalizedBlockHeight, searchedFromBlockHeight }: Searched,
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
  // INVARIANT I3: only a finalized height past the last valid one, with the signature in none of the blocks in which it could have landed,
  // proves that the bytes cannot land. Where nodes no longer keep these blocks, nothing is proven, and the outcome stays open.
  const searchedAll = keepsWholeLifetime(searchedFromBlockHeight, attempt.lastValidBlockHeight);
  if (finalizedBlockHeight > attempt.lastValidBlockHeight && !searchedAll) return deps.limits.finalityMs;
  if (finalizedBlockHeight > attempt.lastValidBlockHeight) {
    if (!(await settleExpired(deps, attempt))) return deps.limits.resendMs;
    return advanceOther(deps, { ...attempt, state: 'expired' }, finalizedBlockHeight);
  }
  await resend(deps, attempt);
  return deps.limits.resendMs;
}

/**
 * The same bytes, again, once the step that they build on has landed. INVARIANT I7: what moves money is not sent again after a freeze, and what
 * was never sent goes by `submitAttempt`; what was sent is watched to its end.
 */
async function resend(deps: Dependencies, attempt: Attempt): Promise<void> {
  const { id, walletId, requestId, wire, signature } = attempt;
  if (wire === null || signature === null) return;
  const may = await deps.database.transact(async (tx) => {
    const wallet = await tx.wallets.get(walletId);
    if (attempt.holding !== null && wallet?.state !== 'active') return ok(false);
    if (attempt.approvalId === null || attempt.step === 0) return ok(true);
    const approval = await tx.approvals.get(attempt.approvalId);
    const steps = await tx.attempts.getMany(approval?.prepared?.attemptIds ?? []);
    // A step that is only confirmed may be forked away under the next one.
    return ok(steps.every(({ step, state }) => step >= attempt.step || state === 'finalized'));
  });
  if (!may.ok || !may.value) return;
  if (attempt.state === 'signed') {
    await submitAttempt(deps, { id, walletId, requestId, wire, signature });
    return;
  }
  const sent = await deps.chain.submitTransaction(wire);
  await recordResent(deps, attempt, sent.ok ? null : sent.error);
}
