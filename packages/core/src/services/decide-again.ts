import { delayAsked } from '../domain/delay-asked.ts';
import type { RequestId } from '../domain/ids.ts';
import type { RequestState } from '../domain/request-states.ts';
import { ok } from '../domain/result.ts';
import type { RequestedAction } from '../ports/blockchain-adapter.ts';
import type { TransactionRequest } from '../ports/records.ts';
import { RETRY_FOR_MS } from './after-expiry.ts';
import { type Dependencies, SERVICE } from './dependencies.ts';
import { carryOut, type FollowUp, followDecision, stateAfter } from './follow-decision.ts';
import { planAndDecide } from './plan-and-decide.ts';
import type { AskedAction } from './propose-transaction-input.ts';
import { problemOf } from './submit-attempt.ts';

/**
 * Decides again on a request whose attempt provably could not land, with the budgets and the policy of now, and makes new bytes where it may
 * still go. Idempotent: only a request in `received` is decided on. Throws when the chain or the database cannot be asked, so that the job is
 * run again.
 */
export async function decideAgain(deps: Dependencies, requestId: RequestId): Promise<void> {
  const read = await deps.database.read(async (reader) => ok(await reader.requests.get(requestId)));
  if (!read.ok) throw new Error(`a request could not be read: ${JSON.stringify(read.error)}`);
  const request = read.value;
  if (request?.state !== 'received') return;
  const decided = await planAndDecide<{ readonly followUp: FollowUp | null }>(deps, askedBy(request), {
    delay: request.route === 'delayed' ? { seconds: delayAsked(request.decision) } : 'none',
    known: async (reader) => ok((await reader.requests.get(requestId))?.state === 'received' ? null : { followUp: null }),
    record: async (tx, outcome) => {
      const state = stateAfter(outcome);
      const { decision } = outcome;
      // INVARIANT I3: the request is still undecided now, under the lock; of two replicas one gets here.
      const moved = await tx.requests.move(requestId, 'received', state, { atMs: decision.decidedAtMs, ...changeOf(state, outcome) });
      if (!moved) return ok({ followUp: null });
      const followUp = await followDecision(deps, tx, { requestId, actor: SERVICE, decided: outcome, state });
      return followUp.ok ? ok({ followUp: followUp.value }) : followUp;
    },
  });
  if (!decided.ok) {
    if (deps.clock.nowMs() - request.updatedAtMs <= RETRY_FOR_MS)
      throw new Error(`a request could not be decided on again: ${JSON.stringify(decided.error)}`);
    return giveUp(deps, request, problemOf(decided.error));
  }
  if (decided.value.followUp !== null) await carryOut(deps, decided.value.followUp);
}

/** Nobody is waiting any more. */
async function giveUp(deps: Dependencies, { id, walletId }: TransactionRequest, why: string): Promise<void> {
  const problem = `it could not be tried again: ${why}`;
  const ended = await deps.database.transact(async (tx) => {
    await tx.wallets.lock(walletId);
    const atMs = await tx.nowMs();
    if (await tx.requests.move(id, 'received', 'expired', { atMs, problem }))
      await tx.audit.append([{ chain: walletId, action: 'request.expired', actor: SERVICE, subject: id, details: { problem } }], atMs);
    return ok(undefined);
  });
  if (!ended.ok) throw new Error(`a request could not be ended: ${JSON.stringify(ended.error)}`);
}

/** What a request that is decided on again asks for. */
export function askedBy({ walletId, action }: TransactionRequest): { walletId: TransactionRequest['walletId']; action: AskedAction } {
  return { walletId, action: withoutPins(action) };
}

function withoutPins(action: RequestedAction): AskedAction {
  return action.kind === 'payment' ? action : { kind: 'call', message: action.message };
}

function changeOf(
  state: RequestState,
  { decision }: { readonly decision: TransactionRequest['decision'] },
): {
  readonly decision: TransactionRequest['decision'];
  readonly route?: 'autonomous' | 'delayed' | 'countersigned';
  readonly problem?: string;
} {
  const route = state === 'awaiting_owner' ? 'countersigned' : decision.route;
  const problem = state === 'denied' ? decision.objections.map(({ message }) => message).join(' ') : undefined;
  return { decision, ...(route === null || state === 'denied' ? {} : { route }), ...(problem === undefined ? {} : { problem }) };
}
