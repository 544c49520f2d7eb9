import type { AgentPolicy } from '../domain/agent-policy.ts';
import type { Decision } from '../domain/decision.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { ITransaction } from '../ports/database.ts';
import type { Approval, TransactionRequest } from '../ports/records.ts';
import { decideUnderLock } from './decide-under-lock.ts';
import type { Dependencies } from './dependencies.ts';
import { lockForDecision } from './lock-for-decision.ts';
import { decodeAndSimulate, type Witnessed } from './plan-action.ts';
import { type PolicyInForce, readPolicyInForce } from './policy-in-force.ts';

/** What the chain says about the exact bytes of a countersigned request, under the policy in force when it was asked. */
export interface WitnessedNow extends Witnessed {
  readonly chainTimeMs: number;
  readonly policyInForce: PolicyInForce;
}
/** The decision, and the policy that it was made under. */
export interface CountersignedDecision {
  readonly decision: Decision;
  readonly policy: AgentPolicy;
}

/** Decodes and simulates the exact bytes that the owner signs (INVARIANT I1, I6). */
export async function witnessCountersigned(
  deps: Dependencies,
  wallet: Wallet,
  request: TransactionRequest,
  message: Uint8Array,
): Promise<Result<WitnessedNow, DomainError>> {
  const policy = await deps.database.transact(async (tx) => ok(await readPolicyInForce(tx, wallet.id)));
  if (!policy.ok) return policy;
  if (policy.value === null) return fail(domainError('wallet_not_active', { wallet: wallet.id, state: 'without a policy' }));
  const chainTime = await deps.chainWatch.chainTimeMs();
  if (!chainTime.ok) return chainTime;
  const witnessed = await decodeAndSimulate(deps, wallet, policy.value, request.action, message);
  return witnessed.ok ? ok({ ...witnessed.value, chainTimeMs: chainTime.value, policyInForce: policy.value }) : witnessed;
}

/** The decision on a countersigned request by the policy in force, both read under the wallet's lock; a denial is `approval_denied`. */
export async function decideCountersigned(
  deps: Dependencies,
  tx: ITransaction,
  approval: Approval,
  wallet: Wallet,
  policy: PolicyInForce | null,
  { effects, simulation, chainTimeMs }: WitnessedNow,
): Promise<Result<CountersignedDecision, DomainError>> {
  const nowMs = await tx.nowMs();
  const { decision } = await decideUnderLock(deps.policyEngine, tx, wallet, policy, {
    effects,
    simulation,
    chainTimeMs,
    spendable: [],
    ownerConsents: true,
    delayServed: false,
    nowMs,
  });
  if (decision.verdict === 'allowed' && policy !== null) return ok({ decision, policy: policy.rules });
  const objections = decision.objections.filter(({ outcome }) => outcome === 'denied').map(({ rule, message }) => `${rule}: ${message}`);
  return fail(domainError('approval_denied', { approval: approval.id, objections }));
}

/** Both at once, for showing the owner only what would go through. */
export async function judgeCountersigned(
  deps: Dependencies,
  approval: Approval,
  wallet: Wallet,
  request: TransactionRequest,
  message: Uint8Array,
): Promise<Result<WitnessedNow, DomainError>> {
  const witnessed = await witnessCountersigned(deps, wallet, request, message);
  if (!witnessed.ok) return witnessed;
  return deps.database.transact(async (tx) => {
    const { wallet: locked, policy, asPlanned } = await lockForDecision(tx, wallet.id, witnessed.value.policyInForce);
    if (locked === null) return fail(domainError('not_found', { kind: 'wallet', id: wallet.id }));
    if (!asPlanned)
      return fail(domainError('approval_not_prepared', { approval: approval.id, problem: 'the policy changed meanwhile; prepare again' }));
    const [other] = (await tx.attempts.liveCountersigned(wallet.id)).filter(({ requestId }) => requestId !== request.id);
    if (other) return fail(domainError('another_countersigned_payment', { wallet: wallet.id, request: other.requestId ?? other.id }));
    const decision = await decideCountersigned(deps, tx, approval, locked, policy, witnessed.value);
    return decision.ok ? witnessed : decision;
  });
}
