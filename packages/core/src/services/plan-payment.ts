import type { AssetOutflow, Effect } from '../domain/effect.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import type { DecisionFacts, SimulationReport, WindowUsage } from '../domain/facts.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { windowsOf } from '../domain/rolling-windows.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { AssetInfo, BuiltMessage, Payment } from '../ports/blockchain-adapter.ts';
import type { Dependencies } from './dependencies.ts';
import type { PolicyInForce } from './policy-in-force.ts';

/** A payment with everything that the chain has to say about it, ready to be decided under the wallet's lock. */
export type PaymentPlan = {
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
export type PlannedRoute = PaymentPlan['route'];

/** The route that a payment would take if the budgets were untouched. The decision itself is made under the lock, with the real ones. */
export function likelyRoute(
  deps: Dependencies,
  wallet: Wallet,
  policy: PolicyInForce | null,
  payment: Payment,
  nowMs: number,
): PlannedRoute {
  const untouched: readonly WindowUsage[] = policy
    ? windowsOf(policy.rules).map((window) => ({ ...window, autonomousUsed: 0n, totalUsed: 0n }))
    : [];
  const { verdict } = deps.policyEngine.evaluate({
    policy: policy && { revision: policy.revision.revision, rules: policy.rules },
    walletState: wallet.state,
    addresses: wallet,
    effects: [intendedOutflow(wallet, policy, payment, { asset: payment.asset, decimals: 0 })],
    usage: untouched,
    spendable: [{ asset: payment.asset, amount: payment.amount }],
    simulation: null,
    ownerConsents: false,
    nowMs,
    chainTimeMs: nowMs,
  });
  if (verdict === 'denied') return 'denied';
  if (verdict === 'needs_owner') return 'countersigned';
  return spendingLimitFor(policy, payment) === null ? 'countersigned' : 'autonomous';
}

/** Asks the chain and builds what the route needs. The bytes that come back are the ones that are decoded, simulated, decided on and signed (INVARIANT I1). */
export async function planPayment(
  deps: Dependencies,
  wallet: Wallet,
  policy: PolicyInForce | null,
  payment: Payment,
  route: PlannedRoute,
): Promise<Result<PaymentPlan, DomainError>> {
  const { chain } = deps;
  const chainTime = await deps.chainWatch.chainTimeMs();
  if (!chainTime.ok) return chainTime;
  const spendingLimit = spendingLimitFor(policy, payment);
  if (route === 'autonomous' && policy !== null && spendingLimit !== null) {
    const built = await chain.buildTransaction({ route, addresses: wallet, payment, spendingLimit });
    if (!built.ok) return built;
    const witnessed = await decodeAndSimulate(deps, wallet, policy, payment, built.value);
    return witnessed.ok ? ok({ route, built: built.value, spendable: [], chainTimeMs: chainTime.value, ...witnessed.value }) : witnessed;
  }
  const info = await chain.getAssetInfo(payment.asset);
  if (!info.ok) return info;
  const balance = await chain.getBalance(wallet.vault, payment.asset);
  if (!balance.ok) return balance;
  const common = {
    effects: [intendedOutflow(wallet, policy, payment, info.value)],
    spendable: [{ asset: payment.asset, amount: balance.value }],
    simulation: null,
    chainTimeMs: chainTime.value,
  };
  if (route === 'denied') return ok({ route, ...common });
  const intent = await chain.buildIntent({ addresses: wallet, payment });
  return intent.ok ? ok({ route: 'countersigned', intent: intent.value, ...common }) : intent;
}

/** Decodes the bytes, checks that they do what was asked and nothing else of value, and simulates them. */
export async function decodeAndSimulate(
  deps: Dependencies,
  wallet: Wallet,
  policy: PolicyInForce,
  payment: Payment,
  built: BuiltMessage,
): Promise<Result<{ readonly effects: readonly Effect[]; readonly simulation: SimulationReport }, DomainError>> {
  const [effects, simulation] = await Promise.all([
    deps.chain.decodeTransaction(built.bytes, {
      addresses: wallet,
      candidateRecipients: [payment.recipient, ...policy.rules.recipients.map(({ address }) => address)],
      assets: policy.revision.limits.map(({ asset, decimals }) => ({ asset, decimals })),
    }),
    deps.chain.simulateTransaction(built.bytes, wallet),
  ]);
  if (!effects.ok) return effects;
  if (!simulation.ok) return simulation;
  const problem = mismatch(effects.value, payment);
  return problem === null
    ? ok({ effects: effects.value, simulation: simulation.value })
    : fail(domainError('decoded_differently', { problem }));
}

function mismatch(effects: readonly Effect[], payment: Payment): string | null {
  const moved = effects.filter((effect): effect is AssetOutflow => effect.kind === 'asset_outflow');
  const [only] = moved;
  if (!only || moved.length !== 1) return `${moved.length} outflows were decoded where one was asked`;
  if (only.asset !== payment.asset || only.amount !== payment.amount || only.destination !== payment.recipient)
    return `decoded ${only.amount} of ${only.asset} to ${only.destination}, asked ${payment.amount} of ${payment.asset} to ${payment.recipient}`;
  return null;
}

function spendingLimitFor(policy: PolicyInForce | null, payment: Payment): AssetOutflow['spendingLimit'] {
  return policy?.revision.limits.find(({ asset }) => asset === payment.asset)?.spendingLimit ?? null;
}

/** The outflow that the payment asks for, for judging it where there are no bytes. */
function intendedOutflow(wallet: Wallet, policy: PolicyInForce | null, payment: Payment, info: AssetInfo): AssetOutflow {
  return {
    kind: 'asset_outflow',
    instruction: 0,
    asset: payment.asset,
    amount: payment.amount,
    decimals: info.decimals,
    source: wallet.vault,
    sourceAccount: wallet.vault,
    destination: payment.recipient,
    destinationAccount: payment.recipient,
    // Where no limit on chain backs the asset the owner must sign; the address stands for "to be paid by limit or by the owner".
    spendingLimit: spendingLimitFor(policy, payment) ?? wallet.multisig,
  };
}
