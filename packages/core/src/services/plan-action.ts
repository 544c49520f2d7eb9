import { type Effect, outflows } from '../domain/effect.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import type { DecisionFacts, SimulationReport } from '../domain/facts.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { BuiltMessage, DecodeContext, Payment, RequestedAction } from '../ports/blockchain-adapter.ts';
import type { Dependencies } from './dependencies.ts';
import { intendedOutflow, type PlannedRoute, spendingLimitFor } from './likely-route.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import { sameValue } from './same-value.ts';

/** What was asked, with everything that the chain has to say about it, ready to be decided under the wallet's lock. */
export type ActionPlan = {
  readonly action: RequestedAction;
  readonly effects: readonly Effect[];
  readonly spendable: DecisionFacts['spendable'];
  readonly simulation: SimulationReport | null;
  readonly chainTimeMs: number;
} & (
  | { readonly route: 'autonomous'; readonly built: BuiltMessage }
  | { readonly route: 'countersigned'; readonly intent: Uint8Array }
  /** The rules already object; no bytes are built for what will not be signed. */
  | { readonly route: 'denied' }
);

/**
 * An action understood as far as its own bytes go. Of a payment that came as a message `effects` is what that message would have cost; one that
 * was asked for in words has none.
 */
export interface UnderstoodAction {
  readonly action: RequestedAction;
  readonly effects: readonly Effect[];
}

/** The most assets whose balances are asked for one decision. */
const MOST_ASSETS = 8;

/** Asks the chain and builds what the route needs. The bytes that come back are the ones that are decoded, simulated, decided on and signed (INVARIANT I1). */
export async function planAction(
  deps: Dependencies,
  wallet: Wallet,
  policy: PolicyInForce | null,
  understood: UnderstoodAction,
  route: PlannedRoute,
): Promise<Result<ActionPlan, DomainError>> {
  const chainTime = await deps.chainWatch.chainTimeMs();
  if (!chainTime.ok) return chainTime;
  const { action } = understood;
  const plan =
    action.kind === 'payment'
      ? await planPayment(deps, wallet, policy, action.payment, understood.effects, route)
      : await planCall(deps, wallet, policy, action, understood.effects, route);
  return plan.ok ? ok({ action, chainTimeMs: chainTime.value, ...plan.value }) : plan;
}

type Planned =
  | (Witnessed & { readonly route: 'autonomous'; readonly built: BuiltMessage; readonly spendable: DecisionFacts['spendable'] })
  | {
      readonly route: 'countersigned';
      readonly intent: Uint8Array;
      readonly effects: readonly Effect[];
      readonly spendable: DecisionFacts['spendable'];
      readonly simulation: SimulationReport | null;
    }
  | {
      readonly route: 'denied';
      readonly effects: readonly Effect[];
      readonly spendable: DecisionFacts['spendable'];
      readonly simulation: null;
    };

async function planPayment(
  deps: Dependencies,
  wallet: Wallet,
  policy: PolicyInForce | null,
  payment: Payment,
  asked: readonly Effect[],
  route: PlannedRoute,
): Promise<Result<Planned, DomainError>> {
  const { chain } = deps;
  const spendingLimit = spendingLimitFor(policy, payment);
  if (route === 'autonomous' && policy !== null && spendingLimit !== null) {
    const built = await chain.buildTransaction({ route, addresses: wallet, payment, spendingLimit });
    if (!built.ok) return built;
    const witnessed = await decodeAndSimulate(deps, wallet, policy, { kind: 'payment', payment }, built.value.bytes);
    return witnessed.ok ? ok({ route, built: built.value, spendable: [], ...witnessed.value }) : witnessed;
  }
  const info = await chain.getAssetInfo(payment.asset);
  if (!info.ok) return info;
  const balance = await chain.getBalance(wallet.vault, payment.asset);
  if (!balance.ok) return balance;
  const common = {
    effects: [intendedOutflow(wallet, policy, payment, info.value.decimals), ...(route === 'denied' ? asked : [])],
    spendable: [{ asset: payment.asset, amount: balance.value }],
    simulation: null,
  };
  if (route === 'denied') return ok({ route, ...common });
  const intent = await chain.buildIntent({ addresses: wallet, action: { kind: 'payment', payment } });
  return intent.ok ? ok({ route: 'countersigned', intent: intent.value, ...common }) : intent;
}

/**
 * A call is judged by its own effects, with the costs and the simulation of the transaction that would carry it now. The bytes that the owner
 * signs later are judged again.
 */
async function planCall(
  deps: Dependencies,
  wallet: Wallet,
  policy: PolicyInForce | null,
  action: Extract<RequestedAction, { kind: 'call' }>,
  effects: readonly Effect[],
  route: PlannedRoute,
): Promise<Result<Planned, DomainError>> {
  const { chain } = deps;
  const spendable: { asset: DecisionFacts['spendable'][number]['asset']; amount: bigint }[] = [];
  for (const asset of new Set(outflows(effects).map((effect) => effect.asset))) {
    if (spendable.length === MOST_ASSETS) break;
    const balance = await chain.getBalance(wallet.vault, asset);
    if (!balance.ok) return balance;
    spendable.push({ asset, amount: balance.value });
  }
  if (route === 'denied' || policy === null) return ok({ route: 'denied', effects, spendable, simulation: null });
  const intent = await chain.buildIntent({ addresses: wallet, action });
  if (!intent.ok) return intent;
  const built = await chain.buildTransaction({ route: 'countersigned', addresses: wallet, action, intent: intent.value });
  if (!built.ok) return built;
  const witnessed = await decodeAndSimulate(deps, wallet, policy, action, built.value.bytes);
  if (!witnessed.ok) return witnessed;
  const costs = witnessed.value.effects.filter(({ kind }) => kind === 'fee' || kind === 'account_creation');
  return ok({
    route: 'countersigned',
    intent: intent.value,
    effects: [...costs, ...effects.filter(({ kind }) => kind !== 'fee')],
    spendable,
    simulation: witnessed.value.simulation,
  });
}

/** What the plan would do, one sentence an effect. A payment that is not planned to go by a spending limit names none. */
export function describePlan({ chain }: Pick<Dependencies, 'chain'>, { route, effects }: ActionPlan): readonly string[] {
  return effects.map((effect) =>
    chain.describeEffect(effect.kind === 'asset_outflow' && route !== 'autonomous' ? { ...effect, spendingLimit: null } : effect),
  );
}

/** What the chain says about exact bytes. */
export interface Witnessed {
  readonly effects: readonly Effect[];
  readonly simulation: SimulationReport;
}

/** Decodes exact bytes by the independent decoder, checks that they do what was asked and nothing else of value, and simulates them (INVARIANT I6). */
export async function decodeAndSimulate(
  deps: Dependencies,
  wallet: Wallet,
  policy: PolicyInForce,
  action: RequestedAction,
  message: Uint8Array,
): Promise<Result<Witnessed, DomainError>> {
  const context = decodeContext(wallet, policy, action);
  const [decoded, simulation] = await Promise.all([
    deps.chain.decodeTransaction(message, context),
    deps.chain.simulateTransaction(message, context),
  ]);
  if (!decoded.ok) return decoded;
  if (!simulation.ok) return simulation;
  const problem = await mismatch(deps, action, decoded.value.effects, context);
  if (problem !== null) return fail(problem);
  return ok({ effects: [...decoded.value.effects, ...strayPayment(action, decoded.value.effects)], simulation: simulation.value });
}

/** The bytes are what was asked, and the account that they pay into belongs to somebody else by now: an effect that no rule permits. */
function strayPayment(action: RequestedAction, effects: readonly Effect[]): readonly Effect[] {
  if (action.kind !== 'payment') return [];
  return outflows(effects).flatMap(({ destination, destinationAccount, instruction }): Effect[] => {
    if (destination === action.payment.recipient) return [];
    const reason = `${destinationAccount} belongs to ${destination ?? 'nobody known'}, not to ${action.payment.recipient}`;
    return [{ kind: 'unknown', instruction, program: null, reason }];
  });
}

/** Whose wallet it is, and which wallets may be behind a token account. */
export function decodeContext(wallet: Wallet, policy: PolicyInForce | null, action: RequestedAction | null): DecodeContext {
  const listed = policy?.rules.recipients.flatMap(({ address }) => (address === 'owner' ? [] : [address])) ?? [];
  return {
    addresses: wallet,
    candidateRecipients: action?.kind === 'payment' ? [action.payment.recipient, ...listed] : listed,
    assets: policy?.revision.limits.map(({ asset, decimals }) => ({ asset, decimals })) ?? [],
  };
}

async function mismatch(
  deps: Dependencies,
  action: RequestedAction,
  effects: readonly Effect[],
  context: DecodeContext,
): Promise<DomainError | null> {
  if (action.kind === 'payment') {
    const problem = differsFromPayment(effects, action.payment);
    return problem === null ? null : domainError('decoded_differently', { problem });
  }
  const again = await deps.chain.decodeCall(action.message, context);
  if (!again.ok) return again.error;
  // INVARIANT I6: the accounts that lookup tables stood for are the ones that were decided on.
  const changed = again.value.pins.find((pin, index) => JSON.stringify(pin) !== JSON.stringify(action.pins[index]));
  if (changed || again.value.pins.length !== action.pins.length)
    return domainError('lookup_changed', { table: changed?.table ?? action.pins[0]?.table ?? '' });
  return sameValue(effects, again.value.effects)
    ? null
    : domainError('decoded_differently', { problem: 'the transaction that was built does not do exactly what was asked' });
}

function differsFromPayment(effects: readonly Effect[], payment: Payment): string | null {
  const moved = outflows(effects);
  const [only] = moved;
  if (!only || moved.length !== 1) return `${moved.length} outflows were decoded where one was asked`;
  if (only.asset !== payment.asset || only.amount !== payment.amount)
    return `decoded ${only.amount} of ${only.asset} to ${only.destination}, asked ${payment.amount} of ${payment.asset} to ${payment.recipient}`;
  return null;
}
