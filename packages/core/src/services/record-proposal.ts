import { type DomainError, domainError } from '../domain/errors.ts';
import type { RequestId } from '../domain/ids.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { ITransaction } from '../ports/database.ts';
import type { Dependencies } from './dependencies.ts';
import { type FollowUp, followDecision, stateAfter } from './follow-decision.ts';
import { describePlan } from './plan-action.ts';
import type { Decided } from './plan-and-decide.ts';
import type { ProposeTransactionInput } from './propose-transaction-input.ts';

/**
 * Writes a new request, its decision, and what follows from it, in the transaction that holds the wallet's lock (INVARIANT I2, I4, I10). A key
 * that was claimed before gives the request of that time.
 */
export async function recordProposal(
  deps: Dependencies,
  tx: ITransaction,
  { requestId, input, decided }: { readonly requestId: RequestId; readonly input: ProposeTransactionInput; readonly decided: Decided },
): Promise<Result<{ readonly replayOf: RequestId | null; readonly followUp: FollowUp | null }, DomainError>> {
  const { credential, idempotencyKey, fingerprint } = input;
  const { wallet, plan, decision } = decided;
  const atMs = decision.decidedAtMs;
  const claim = await tx.idempotency.claim({ credentialId: credential.id, key: idempotencyKey, fingerprint, requestId, atMs });
  if (claim.kind === 'taken') {
    if (claim.fingerprint !== fingerprint) return fail(domainError('idempotency_key_reused', { key: idempotencyKey }));
    return ok({ replayOf: claim.requestId, followUp: null });
  }
  const state = stateAfter(decided);
  const inserted = tx.requests.insert({
    id: requestId,
    walletId: wallet.id,
    credentialId: credential.id,
    state,
    action: plan.action,
    effects: describePlan(deps, plan),
    route: routeOf(state, decided),
    decision,
    intent: plan.route === 'countersigned' ? plan.intent : null,
    signature: null,
    problem: null,
    createdAtMs: atMs,
    updatedAtMs: atMs,
  });
  const [followed] = await Promise.all([followDecision(deps, tx, { requestId, actor: credential.id, decided, state }), inserted]);
  return followed.ok ? ok({ replayOf: null, followUp: followed.value }) : followed;
}

function routeOf(state: ReturnType<typeof stateAfter>, { decision }: Decided): Decided['decision']['route'] {
  if (state === 'denied') return null;
  return state === 'awaiting_owner' ? 'countersigned' : decision.route;
}
