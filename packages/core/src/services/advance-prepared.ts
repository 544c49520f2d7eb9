import { type AttemptState, LIVE_ATTEMPT_STATES } from '../domain/attempt-states.ts';
import { ok } from '../domain/result.ts';
import type { Attempt } from '../ports/records.ts';
import { stateAfterExpiry } from './after-expiry.ts';
import { type Dependencies, SERVICE } from './dependencies.ts';
import { signAttempt } from './sign-attempt.ts';
import { submitAttempt } from './submit-attempt.ts';

/**
 * An attempt whose signature was never persisted: the deciding process died, the signer was away, or it refused. While its bytes could still
 * land it is signed (the same bytes, the same signature); afterwards it is withdrawn and its reservation released.
 */
export async function advancePrepared(deps: Dependencies, attempt: Attempt, finalizedBlockHeight: bigint): Promise<number | null> {
  const { requestId, approvalId } = attempt;
  if (requestId === null) return null;
  if (finalizedBlockHeight > attempt.lastValidBlockHeight) {
    await withdraw(deps, attempt);
    return null;
  }
  // Without the owner's signature, which is not kept, a countersigned attempt can only run out.
  if (approvalId === null) {
    const signed = await signAttempt(deps, attempt);
    if (signed.ok) await submitAttempt(deps, signed.value);
  }
  return deps.limits.resendMs;
}

/** INVARIANT I4: released only now, when the bytes provably cannot land. */
async function withdraw(deps: Dependencies, { id, walletId, requestId, approvalId }: Attempt): Promise<void> {
  const withdrawn = await deps.database.transact(async (tx) => {
    await tx.wallets.lock(walletId);
    const attempt = await tx.attempts.get(id);
    const request = requestId === null ? null : await tx.requests.get(requestId);
    // A message that only waits for the owner holds nothing; it goes when its approval ends.
    if (attempt?.state !== 'prepared' || request?.state !== 'approved') return ok(undefined);
    const atMs = await tx.nowMs();
    const problem = 'it was not signed while its bytes could land';
    await tx.attempts.move(id, 'prepared', 'withdrawn', { problem });
    await tx.budgets.release(id);
    const next = await stateAfterExpiry(tx, attempt, request, atMs);
    await tx.requests.move(request.id, 'approved', next, { atMs, problem });
    if (next === 'received') await tx.jobs.enqueue({ kind: 'decide-again', requestId: request.id }, { startAfterMs: 0 });
    if (approvalId !== null) await tx.approvals.move(approvalId, 'executing', 'waiting', { problem });
    await tx.audit.append(
      [{ chain: walletId, action: 'attempt.withdrawn', actor: SERVICE, subject: id, details: { request: requestId, problem } }],
      atMs,
    );
    return ok(undefined);
  });
  if (!withdrawn.ok) throw new Error(`an attempt could not be withdrawn: ${JSON.stringify(withdrawn.error)}`);
}

/** Whether an attempt in this state may still land. */
export function isLive(state: AttemptState): boolean {
  return LIVE_ATTEMPT_STATES.includes(state);
}
