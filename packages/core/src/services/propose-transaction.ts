import type { Decision } from '../domain/decision.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import { type AttemptId, makeId, type RequestId, type WalletId } from '../domain/ids.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { IReader, ITransaction } from '../ports/database.ts';
import type { TransactionRequest } from '../ports/records.ts';
import { checkPayment } from './check-payment.ts';
import { decideUnderLock } from './decide-under-lock.ts';
import type { Dependencies } from './dependencies.ts';
import { likelyRoute, type PaymentPlan, type PlannedRoute, planPayment } from './plan-payment.ts';
import { type PolicyInForce, readPolicyInForce } from './policy-in-force.ts';
import type { ProposeTransactionInput } from './propose-transaction-input.ts';
import { recordProposal } from './record-proposal.ts';
import { signAttempt } from './sign-attempt.ts';
import { problemOf, submitAttempt } from './submit-attempt.ts';

export interface ProposedTransaction {
  readonly request: TransactionRequest;
  /** True when the key was used before for the same request: nothing was done now. */
  readonly replayed: boolean;
}

/** Replanning is needed only when budget or policy changed between planning and locking. */
const MOST_PLANS = 4;

/**
 * An agent asks for a payment. Build → decode → simulate → decide and reserve under the wallet's lock → sign → persist → send.
 * INVARIANT I2: the attempt is committed before the signer is asked, the signed bytes before they are sent.
 */
export async function proposeTransaction(
  deps: Dependencies,
  input: ProposeTransactionInput,
): Promise<Result<ProposedTransaction, DomainError>> {
  const requestId = makeId('request', deps.clock.nowMs(), deps.random.bytes(10));
  const recorded = await planAndDecide<Recorded>(deps, input, {
    known: (reader) => findReplay(reader, input),
    record: (tx, wallet, policy, plan, decision) => recordProposal(deps, tx, { requestId, input, wallet, policy, plan, decision }),
  });
  if (!recorded.ok) return recorded;
  const { replayOf, attemptId } = recorded.value;
  if (attemptId !== null) {
    const signed = await signAttempt(deps, { id: attemptId, walletId: input.walletId });
    if (signed.ok) await submitAttempt(deps, signed.value);
    else await noteProblem(deps, requestId, signed.error);
  }
  return deps.database.read(async (reader) => {
    const id = replayOf ?? requestId;
    const request = await reader.requests.get(id);
    return request === null ? fail(domainError('not_found', { kind: 'transaction', id })) : ok({ request, replayed: replayOf !== null });
  });
}

/** The attempt keeps its reservation until its bytes provably cannot land; meanwhile the agent can see what is in the way. */
async function noteProblem(deps: Dependencies, requestId: RequestId, error: DomainError): Promise<void> {
  await deps.database.transact(async (tx) => {
    await tx.requests.note(requestId, `not signed yet: ${problemOf(error)}`);
    return ok(undefined);
  });
}

/** The same decision by the same code; nothing is recorded, reserved, signed or sent. */
export async function dryRunTransaction(
  deps: Dependencies,
  input: Omit<ProposeTransactionInput, 'idempotencyKey' | 'fingerprint'>,
): Promise<Result<Decision, DomainError>> {
  return planAndDecide<Decision>(deps, input, {
    known: async () => ok(null),
    record: async (_tx, _wallet, _policy, _plan, decision) => ok(decision),
  });
}

type Recorded = { readonly replayOf: RequestId | null; readonly attemptId: AttemptId | null };

interface Outcome<T> {
  /** An outcome that is known before anything is planned. */
  known(reader: IReader): Promise<Result<T | null, DomainError>>;
  /** Runs under the wallet's lock with the decision that stands. */
  record(
    tx: ITransaction,
    wallet: Wallet,
    policy: PolicyInForce | null,
    plan: PaymentPlan,
    decision: Decision,
  ): Promise<Result<T, DomainError>>;
}

async function findReplay(
  reader: IReader,
  { credential, idempotencyKey, fingerprint }: ProposeTransactionInput,
): Promise<Result<Recorded | null, DomainError>> {
  const claimed = await reader.idempotency.find(credential.id, idempotencyKey);
  if (claimed === null) return ok(null);
  if (claimed.fingerprint !== fingerprint) return fail(domainError('idempotency_key_reused', { key: idempotencyKey }));
  return ok({ replayOf: claimed.requestId, attemptId: null });
}

async function planAndDecide<T>(
  deps: Dependencies,
  input: Pick<ProposeTransactionInput, 'walletId' | 'payment'>,
  { known, record }: Outcome<T>,
): Promise<Result<T, DomainError>> {
  let route: PlannedRoute | null = null;
  for (let plans = 0; plans < MOST_PLANS; plans += 1) {
    const position = await deps.database.read((reader) => readPosition(reader, input.walletId, known));
    if (!position.ok) return position;
    if (position.value.known !== null) return ok(position.value.known);
    const { wallet, policy } = position.value;
    const checked = checkPayment(deps.chain, wallet, input.payment);
    if (!checked.ok) return checked;
    route ??= likelyRoute(deps, wallet, policy, input.payment, deps.clock.nowMs());
    const plan: Result<PaymentPlan, DomainError> = await planPayment(deps, wallet, policy, input.payment, route);
    if (!plan.ok) return plan;
    const outcome = await deps.database.transact<{ readonly again: PlannedRoute | null } | { readonly done: T }>(async (tx) => {
      const { walletId } = input;
      const [locked, current, nowMs] = await Promise.all([
        tx.wallets.lock(walletId),
        readPolicyInForce(tx, walletId),
        tx.nowMs(),
        tx.audit.hold(walletId),
      ]);
      if (locked === null) return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
      if (current?.revision.revision !== policy?.revision.revision) return ok({ again: null });
      const decision = await decideUnderLock(deps.policyEngine, tx, locked, current, { ...plan.value, ownerConsents: false, nowMs });
      const needed = neededRoute(decision, plan.value);
      if (needed !== null) return ok({ again: needed });
      const recorded = await record(tx, locked, current, plan.value, decision);
      return recorded.ok ? ok({ done: recorded.value }) : recorded;
    });
    if (!outcome.ok) return outcome;
    if ('done' in outcome.value) return ok(outcome.value.done);
    route = outcome.value.again;
  }
  return fail(
    domainError('state_conflict', {
      kind: 'wallet',
      id: input.walletId,
      expected: 'a policy and budgets that hold still',
      actual: 'changing',
    }),
  );
}

/** The route to plan again, or `null` when the plan fits the decision. A denial is recorded as it is, whatever was planned. */
function neededRoute(decision: Decision, { route }: PaymentPlan): PlannedRoute | null {
  const { verdict } = decision;
  if (route === 'autonomous' && onlyTheAgentsBytesFail(decision)) return 'countersigned';
  if (verdict === 'denied') return null;
  if (verdict === 'needs_owner') return route === 'countersigned' ? null : 'countersigned';
  return route === 'denied' ? 'autonomous' : null;
}

/** The agent's limits are used up, on chain too: what denies is the simulation of bytes that would not be signed anyway. */
function onlyTheAgentsBytesFail({ objections }: Decision): boolean {
  return (
    objections.some(({ outcome }) => outcome === 'needs_owner') &&
    objections.every(({ outcome, rule }) => outcome === 'needs_owner' || rule === 'simulation-succeeds')
  );
}

async function readPosition<T>(
  reader: IReader,
  walletId: WalletId,
  known: Outcome<T>['known'],
): Promise<Result<{ readonly known: T | null; readonly wallet: Wallet; readonly policy: PolicyInForce | null }, DomainError>> {
  const [outcome, wallet, policy] = await Promise.all([known(reader), reader.wallets.get(walletId), readPolicyInForce(reader, walletId)]);
  if (!outcome.ok) return outcome;
  if (wallet === null) return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
  return ok({ known: outcome.value, wallet, policy });
}
