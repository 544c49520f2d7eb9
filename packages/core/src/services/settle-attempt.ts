import { ATTEMPT_MOVES } from '../domain/attempt-states.ts';
import type { DomainError } from '../domain/errors.ts';
import { exceeds, settledAmounts } from '../domain/holding.ts';
import type { RequestState } from '../domain/request-states.ts';
import { mayMove } from '../domain/request-states.ts';
import { ok } from '../domain/result.ts';
import type { LandedTransaction } from '../ports/blockchain-adapter.ts';
import type { ITransaction } from '../ports/database.ts';
import type { Attempt, TransactionRequest } from '../ports/records.ts';
import { stateAfterExpiry } from './after-expiry.ts';
import { callForRotation } from './call-for-rotation.ts';
import { type Dependencies, SERVICE } from './dependencies.ts';
import { callWhereFailing } from './escalate.ts';
import { freezeUnderLock, tellOfFreeze } from './freeze-wallet.ts';
import { problemOf } from './submit-attempt.ts';

/**
 * An attempt is finalized: what it moved is settled, or, where it failed on chain and so moved nothing, released. Returns false when
 * there has to be another look: the chain does not yet show the transaction itself, or the attempt was just moved by somebody else.
 */
export async function settleLanded(deps: Dependencies, attempt: Attempt, error: string | null): Promise<boolean> {
  const { holding } = attempt;
  let landed: LandedTransaction | null = null;
  if (error === null && holding !== null) {
    const wallet = await deps.database.read(async (reader) => ok(await reader.wallets.get(attempt.walletId)));
    if (!wallet.ok || wallet.value === null || attempt.signature === null) return false;
    const found = await deps.chain.getTransaction(attempt.signature, wallet.value);
    if (!found.ok || found.value === null) return false;
    landed = found.value;
  }
  return end(deps, attempt, error === null ? 'finalized' : 'failed', error, async (tx, atMs) => {
    if (holding === null) return null;
    if (landed === null) {
      await tx.budgets.release(attempt.id);
      return null;
    }
    // INVARIANT I11: the chain moved more than the bytes were understood to do; nothing else is signed until somebody has looked. The database
    // lets more settle than was held only for a wallet that is frozen.
    const froze = exceeds(holding, landed) ? await stop(tx, attempt, atMs) : null;
    await tx.budgets.settle(attempt.id, settledAmounts(holding, { ...landed, feeLamports: landed.feeAccountOutflowLamports }), atMs);
    return froze;
  });
}

/** Why the wallet was frozen; `null` when it was not active. */
async function stop(tx: ITransaction, { walletId, signature }: Attempt, atMs: number): Promise<string | null> {
  const wallet = await tx.wallets.get(walletId);
  if (wallet?.state !== 'active') return null;
  const reason = `transaction ${signature ?? ''} moved more than it was understood to move`;
  await freezeUnderLock(tx, wallet, { reason, actor: SERVICE, atMs });
  await callForRotation(tx, walletId, 'anomaly');
  return reason;
}

/**
 * The bytes provably cannot land. A countersigned payment goes back to the owner; one that the agent makes alone is decided on again
 * (INVARIANT I3: only now may there be new bytes).
 */
export async function settleExpired(deps: Dependencies, attempt: Attempt): Promise<boolean> {
  return end(deps, attempt, 'expired', 'its blockhash expired before it landed', async (tx) => {
    if (attempt.holding !== null) await tx.budgets.release(attempt.id);
    return null;
  });
}

async function end(
  deps: Dependencies,
  attempt: Attempt,
  to: 'finalized' | 'failed' | 'expired',
  problem: string | null,
  account: (tx: ITransaction, atMs: number) => Promise<string | null>,
): Promise<boolean> {
  const { id, walletId, requestId, approvalId } = attempt;
  const ended = await deps.database.transact(async (tx) => {
    const [wallet, current, atMs] = await Promise.all([
      tx.wallets.lock(walletId),
      tx.attempts.get(id),
      tx.nowMs(),
      tx.audit.hold(walletId),
    ]);
    // Two jobs may have seen the same end.
    if (current === null || !ATTEMPT_MOVES[current.state].includes(to)) return ok({ ended: true, froze: null });
    const change = problem === null ? {} : { problem };
    if (!(await tx.attempts.move(id, current.state, to, change))) return ok({ ended: false, froze: null });
    const froze = await account(tx, atMs);
    const request = requestId === null ? null : await tx.requests.get(requestId);
    if (request !== null) {
      const next = to === 'expired' ? await stateAfterExpiry(tx, attempt, request, atMs) : to;
      await moveRequest(tx, request, next, atMs, problem);
      if (next === 'received') await tx.jobs.enqueue({ kind: 'decide-again', requestId: request.id }, { startAfterMs: 0 });
      if (approvalId !== null)
        await tx.approvals.move(approvalId, 'executing', to === 'finalized' ? 'done' : to === 'failed' ? 'failed' : 'waiting', change);
    }
    const details = { request: requestId, signature: attempt.signature, problem };
    await tx.audit.append([{ chain: walletId, action: `attempt.${to}`, actor: SERVICE, subject: id, details }], atMs);
    if (to === 'failed' && request !== null && wallet?.state === 'active') await callWhereFailing(tx, walletId, atMs);
    return ok({ ended: true, froze });
  });
  if (!ended.ok) throw new Error(`an outcome could not be written: ${JSON.stringify(ended.error)}`);
  if (ended.value.froze !== null) await tellOfFreeze(deps, walletId, ended.value.froze);
  return ended.value.ended;
}

export async function recordConfirmed(deps: Dependencies, attempt: Attempt): Promise<void> {
  await step(deps, attempt, 'confirmed', null);
}

/** The bytes were handed out again: `submitted` where a node took them, else `unknown`. */
export async function recordResent(deps: Dependencies, attempt: Attempt, error: DomainError | null): Promise<void> {
  await step(deps, attempt, error === null ? 'submitted' : 'unknown', error === null ? null : problemOf(error));
}

async function step(
  deps: Dependencies,
  attempt: Attempt,
  to: 'confirmed' | 'submitted' | 'unknown',
  problem: string | null,
): Promise<void> {
  if (attempt.state === to) return;
  const { id, walletId, requestId, signature } = attempt;
  const stepped = await deps.database.transact(async (tx) => {
    const change = problem === null ? {} : { problem };
    const [moved, atMs] = await Promise.all([tx.attempts.move(id, attempt.state, to, change), tx.nowMs(), tx.audit.hold(walletId)]);
    if (!moved) return ok(undefined);
    const event = {
      chain: walletId,
      action: `attempt.${to}`,
      actor: SERVICE,
      subject: id,
      details: { request: requestId, signature, problem },
    };
    const request = requestId === null ? null : await tx.requests.get(requestId);
    await Promise.all([request === null || moveRequest(tx, request, to, atMs, problem), tx.audit.append([event], atMs)]);
    return ok(undefined);
  });
  if (!stepped.ok) throw new Error(`a step could not be written: ${JSON.stringify(stepped.error)}`);
}

async function moveRequest(
  tx: ITransaction,
  request: TransactionRequest,
  to: RequestState,
  atMs: number,
  problem: string | null,
): Promise<void> {
  if (request.state === to || !mayMove(request.state, to)) return;
  await tx.requests.move(request.id, request.state, to, { atMs, ...(problem === null ? {} : { problem }) });
}
