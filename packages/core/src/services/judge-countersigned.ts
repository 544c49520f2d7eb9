import type { Decision } from '../domain/decision.ts';
import type { Effect } from '../domain/effect.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import type { SimulationReport } from '../domain/facts.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { ITransaction } from '../ports/database.ts';
import type { Approval, TransactionRequest } from '../ports/records.ts';
import { decideUnderLock } from './decide-under-lock.ts';
import type { Dependencies } from './dependencies.ts';
import { decodeAndSimulate } from './plan-payment.ts';
import { readPolicyInForce } from './policy-in-force.ts';

/** What the chain says about the exact bytes of a countersigned payment. */
export interface Witnessed {
  readonly effects: readonly Effect[];
  readonly simulation: SimulationReport;
  readonly chainTimeMs: number;
}

/** Decodes and simulates the exact bytes that the owner signs (INVARIANT I1, I6). */
export async function witnessCountersigned(
  deps: Dependencies,
  wallet: Wallet,
  request: TransactionRequest,
  message: Uint8Array,
): Promise<Result<Witnessed, DomainError>> {
  const policy = await deps.database.transact(async (tx) => ok(await readPolicyInForce(tx, wallet.id)));
  if (!policy.ok) return policy;
  if (policy.value === null) return fail(domainError('wallet_not_active', { wallet: wallet.id, state: 'without a policy' }));
  const chainTime = await deps.chainWatch.chainTimeMs();
  if (!chainTime.ok) return chainTime;
  const witnessed = await decodeAndSimulate(deps, wallet, policy.value, request.payment, {
    bytes: message,
    lastValidBlockHeight: 0n,
    signers: [],
  });
  return witnessed.ok ? ok({ ...witnessed.value, chainTimeMs: chainTime.value }) : witnessed;
}

/** The decision on a countersigned payment as it stands now, under the wallet's lock; a denial is `approval_denied`. */
export async function decideCountersigned(
  deps: Dependencies,
  tx: ITransaction,
  approval: Approval,
  wallet: Wallet,
  witnessed: Witnessed,
): Promise<Result<Decision, DomainError>> {
  const [policy, nowMs] = await Promise.all([readPolicyInForce(tx, wallet.id), tx.nowMs()]);
  const decision = await decideUnderLock(deps.policyEngine, tx, wallet, policy, {
    ...witnessed,
    spendable: [],
    ownerConsents: true,
    nowMs,
  });
  if (decision.verdict === 'allowed') return ok(decision);
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
): Promise<Result<Decision, DomainError>> {
  const witnessed = await witnessCountersigned(deps, wallet, request, message);
  if (!witnessed.ok) return witnessed;
  return deps.database.transact(async (tx) => {
    const locked = await tx.wallets.lock(wallet.id);
    if (locked === null) return fail(domainError('not_found', { kind: 'wallet', id: wallet.id }));
    const [other] = (await tx.attempts.liveCountersigned(wallet.id)).filter(({ requestId }) => requestId !== request.id);
    if (other) return fail(domainError('another_countersigned_payment', { wallet: wallet.id, request: other.requestId ?? other.id }));
    return decideCountersigned(deps, tx, approval, locked, witnessed.value);
  });
}
