import { type DomainError, domainError } from '../domain/errors.ts';
import { sha256Hex } from '../domain/hash.ts';
import { holdingOf } from '../domain/holding.ts';
import type { Holding } from '../domain/meter.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Dependencies } from './dependencies.ts';
import { voidApproval } from './end-approval.ts';
import { decideCountersigned, witnessCountersigned } from './judge-countersigned.ts';
import { lockForDecision } from './lock-for-decision.ts';
import type { OwnerConsent } from './owner-consent.ts';
import { sha256Of } from './policy-in-force.ts';
import type { ApprovalInContext } from './read-approval.ts';
import { signAttempt } from './sign-attempt.ts';
import { submitAttempt } from './submit-attempt.ts';

/** The owner countersigned a payment: judged again on the exact bytes, reserved, then signed by the agent's signer last, and sent. */
export async function approvePayment(
  deps: Dependencies,
  context: ApprovalInContext,
  consent: OwnerConsent,
): Promise<Result<void, DomainError>> {
  const { approval, wallet, request } = context;
  const [attempt] = context.attempts;
  const [ownerSignature] = consent.messageSignatures;
  if (request === null) throw new Error(`approval ${approval.id} is about no payment`);
  // A delayed payment that was held back since has nothing to sign yet.
  if (!attempt || !ownerSignature)
    return fail(domainError('approval_not_prepared', { approval: approval.id, problem: 'no message was prepared; prepare again' }));
  const witnessed = await witnessCountersigned(deps, wallet, request, attempt.message);
  if (!witnessed.ok) {
    // INVARIANT I6: what the owner was shown is no longer what would happen.
    if (witnessed.error.code === 'lookup_changed') await voidApproval(deps, approval.id, 'a lookup table changed since it was asked for');
    return witnessed;
  }
  const reserved = await deps.database.transact(async (tx) => {
    const { wallet: locked, policy: inForce, asPlanned } = await lockForDecision(tx, wallet.id, witnessed.value.policyInForce);
    const current = await tx.approvals.lock(approval.id);
    if (locked === null || current === null || current.state !== 'waiting')
      return fail(domainError('approval_not_waiting', { approval: approval.id, state: current?.state ?? 'missing' }));
    if (locked.rekeyingBy !== null) return fail(domainError('rotation_under_way', { wallet: wallet.id, approval: locked.rekeyingBy }));
    const notPrepared = (problem: string) => fail(domainError('approval_not_prepared', { approval: approval.id, problem }));
    if (current.prepared?.attemptIds[0] !== attempt.id) return notPrepared('other bytes were prepared since; prepare again');
    if (!asPlanned || current.prepared.underPolicySha256 !== (inForce && sha256Of(inForce)))
      return notPrepared('the policy changed since it was prepared; prepare again');
    const [other] = (await tx.attempts.liveCountersigned(wallet.id)).filter(({ id }) => id !== attempt.id);
    if (other) return fail(domainError('another_countersigned_payment', { wallet: wallet.id, request: other.requestId ?? other.id }));
    const decision = await decideCountersigned(deps, tx, approval, locked, inForce, witnessed.value);
    if (!decision.ok) return decision;
    const atMs = decision.value.decision.decidedAtMs;
    if (atMs > current.expiresAtMs) return fail(domainError('approval_not_waiting', { approval: approval.id, state: 'expired' }));
    const { policy } = decision.value;
    const holding = holdingOf({ ...witnessed.value, policy, addresses: locked, alone: false });
    if (attempt.holding === null || !sameHolding(holding, attempt.holding))
      return notPrepared('it would move another amount by now; prepare again');
    await tx.approvals.move(approval.id, 'waiting', 'executing', {});
    const change = { atMs, decision: decision.value.decision, route: 'countersigned' as const };
    if (!(await tx.requests.move(request.id, 'awaiting_owner', 'approved', change))) {
      const actual = (await tx.requests.get(request.id))?.state ?? 'missing';
      return fail(domainError('state_conflict', { kind: 'transaction', id: request.id, expected: 'awaiting_owner', actual }));
    }
    await tx.budgets.reserve({ attemptId: attempt.id, walletId: wallet.id, holding, atMs });
    await tx.jobs.enqueue({ kind: 'advance-attempt', attemptId: attempt.id }, { startAfterMs: deps.limits.firstLookMs });
    await tx.audit.append(
      [
        {
          chain: wallet.id,
          action: 'approval.approved',
          actor: `owner:${wallet.owner}`,
          subject: approval.id,
          details: {
            request: request.id,
            messageSha256: sha256Hex(attempt.message),
            policyRevision: decision.value.decision.policyRevision,
          },
        },
      ],
      atMs,
    );
    return ok(undefined);
  });
  if (!reserved.ok) return reserved;
  const signed = await signAttempt(deps, attempt, ownerSignature);
  // What was consented to and not signed runs out and comes back to the owner; the caller learns why.
  if (!signed.ok) return signed;
  return submitAttempt(deps, signed.value);
}

function sameHolding(one: Holding, other: Holding): boolean {
  return (
    one.alone === other.alone &&
    one.amounts.length === other.amounts.length &&
    one.amounts.every(({ meter, amount }, index) => meter === other.amounts[index]?.meter && amount === other.amounts[index]?.amount)
  );
}
