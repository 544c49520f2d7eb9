import type { Decision } from '../domain/decision.ts';
import { delayAsked } from '../domain/delay-asked.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import type { WalletHistory } from '../domain/facts.ts';
import type { WalletId } from '../domain/ids.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { IReader, ITransaction } from '../ports/database.ts';
import { checkPayment } from './check-payment.ts';
import { decideUnderLock } from './decide-under-lock.ts';
import type { Dependencies } from './dependencies.ts';
import { likelyRoute, type PlannedRoute } from './likely-route.ts';
import { lockForDecision } from './lock-for-decision.ts';
import { type ActionPlan, planAction, type UnderstoodAction } from './plan-action.ts';
import { type PolicyInForce, readPolicyInForce } from './policy-in-force.ts';
import type { AskedAction } from './propose-transaction-input.ts';
import { understandAction } from './understand-action.ts';

/** Replanning is needed only when budget or policy changed between planning and locking. */
const MOST_PLANS = 4;

/** A decision with everything that led to it. */
export interface Decided {
  readonly wallet: Wallet;
  readonly policy: PolicyInForce | null;
  readonly plan: ActionPlan;
  readonly decision: Decision;
  readonly history: WalletHistory;
}

/**
 * Whether a delay stands in the way: nothing was waited, so many seconds were, or the owner consented to going at once. A policy that by now asks
 * for longer than was waited is not served (INVARIANT I7: a tightening meets what already waits).
 */
export type ServedDelay = 'none' | 'waived' | { readonly seconds: number };

interface Outcome<T> {
  readonly delay: ServedDelay;
  /** An outcome that is known before anything is planned. */
  known(reader: IReader): Promise<Result<T | null, DomainError>>;
  /** Runs under the wallet's lock with the decision that stands. */
  record(tx: ITransaction, decided: Decided): Promise<Result<T, DomainError>>;
}

/**
 * Build → decode → simulate, then decide under the wallet's lock: the one way to a decision on what is asked, for requests, dry runs, released
 * payments and new attempts. Planned again when the decision wants another route than the one that was planned for.
 */
export async function planAndDecide<T>(
  deps: Dependencies,
  input: { readonly walletId: WalletId; readonly action: AskedAction },
  { delay, known, record }: Outcome<T>,
): Promise<Result<T, DomainError>> {
  const { walletId } = input;
  let route: PlannedRoute | null = null;
  for (let plans = 0; plans < MOST_PLANS; plans += 1) {
    const position = await deps.database.read((reader) => readPosition(reader, walletId, known));
    if (!position.ok) return position;
    if (position.value.known !== null) return ok(position.value.known);
    const { wallet, policy } = position.value;
    const understood: Result<UnderstoodAction, DomainError> = await understandAction(deps, wallet, policy, input.action);
    if (!understood.ok) return understood;
    const { action } = understood.value;
    if (action.kind === 'payment') {
      const checked = checkPayment(deps.chain, wallet, action.payment);
      if (!checked.ok) return checked;
    }
    route ??= likelyRoute(deps, wallet, policy, understood.value, deps.clock.nowMs());
    const plan: Result<ActionPlan, DomainError> = await planAction(deps, wallet, policy, understood.value, route);
    if (!plan.ok) return plan;
    const outcome = await deps.database.transact<{ readonly again: PlannedRoute | null } | { readonly done: T }>(async (tx) => {
      const [{ wallet: locked, policy: current, asPlanned }, nowMs] = await Promise.all([
        lockForDecision(tx, walletId, policy),
        tx.nowMs(),
        tx.audit.hold(walletId),
      ]);
      if (locked === null) return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
      // INVARIANT I8: between the old keys and the new ones nothing is decided that would be signed with either.
      if (locked.rekeyingBy !== null) return fail(domainError('rotation_under_way', { wallet: walletId, approval: locked.rekeyingBy }));
      if (!asPlanned) return ok({ again: null });
      const decide = (delayServed: boolean): ReturnType<typeof decideUnderLock> =>
        decideUnderLock(deps.policyEngine, tx, locked, current, { ...plan.value, ownerConsents: false, delayServed, nowMs });
      let decided = await decide(delay !== 'none');
      if (typeof delay === 'object' && delayAsked(decided.decision) > delay.seconds) decided = await decide(false);
      const { decision, history } = decided;
      const needed = neededRoute(decision, plan.value);
      if (needed !== null) return ok({ again: needed });
      const recorded = await record(tx, { wallet: locked, policy: current, plan: plan.value, decision, history });
      return recorded.ok ? ok({ done: recorded.value }) : recorded;
    });
    if (!outcome.ok) return outcome;
    if ('done' in outcome.value) return ok(outcome.value.done);
    route = outcome.value.again;
  }
  return fail(
    domainError('state_conflict', {
      kind: 'wallet',
      id: walletId,
      expected: 'a policy and budgets that hold still',
      actual: 'changing',
    }),
  );
}

/** Another route than the planned one, where the decision wants one. */
function neededRoute(decision: Decision, { route, action }: ActionPlan): PlannedRoute | null {
  if (decision.verdict === 'denied') return route === 'autonomous' && onlyTheAgentsBytesFail(decision) ? 'countersigned' : null;
  if (decision.verdict === 'needs_owner' || action.kind === 'call') return route === 'countersigned' ? null : 'countersigned';
  return route === 'denied' ? 'autonomous' : null;
}

/** The agent's limits are used up, on chain too: what denies is the simulation of bytes that would not be signed anyway. */
function onlyTheAgentsBytesFail({ objections }: Decision): boolean {
  return (
    objections.some(({ outcome }) => outcome === 'needs_owner') &&
    objections.every(({ outcome, rule }) => outcome !== 'denied' || rule === 'simulation-succeeds')
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
