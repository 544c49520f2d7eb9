import type { Address } from '../domain/address.ts';
import type { AssetOutflow, Effect } from '../domain/effect.ts';
import { outflows } from '../domain/effect.ts';
import { meterWindows } from '../domain/rolling-windows.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { Payment } from '../ports/blockchain-adapter.ts';
import type { Dependencies } from './dependencies.ts';
import type { UnderstoodAction } from './plan-action.ts';
import type { PolicyInForce } from './policy-in-force.ts';

export type PlannedRoute = 'autonomous' | 'countersigned' | 'denied';

/** The route that a request would take with untouched budgets and a spotless past. The decision itself is made under the lock, with the real ones. */
export function likelyRoute(
  deps: Dependencies,
  wallet: Wallet,
  policy: PolicyInForce | null,
  { action, effects: decoded }: UnderstoodAction,
  nowMs: number,
): PlannedRoute {
  const effects = action.kind === 'payment' ? [intendedOutflow(wallet, policy, action.payment, 0), ...decoded] : decoded;
  const recipients = outflows(effects).flatMap(({ destination }): Address[] => (destination === null ? [] : [destination]));
  const { verdict } = deps.policyEngine.evaluate({
    policy: policy && { revision: policy.revision.revision, rules: policy.rules },
    walletState: wallet.state,
    addresses: wallet,
    effects,
    usage: policy ? meterWindows(policy.rules, wallet, effects).map((window) => ({ ...window, alone: 0n, total: 0n })) : [],
    history: { lastAloneAtMs: null, paidBefore: recipients, denials: 0, failuresInARow: 0 },
    spendable: spendableFor(effects),
    simulation: null,
    ownerConsents: false,
    delayServed: false,
    nowMs,
    chainTimeMs: nowMs,
  });
  if (verdict === 'denied') return 'denied';
  if (verdict === 'needs_owner' || action.kind === 'call') return 'countersigned';
  return spendingLimitFor(policy, action.payment) === null ? 'countersigned' : 'autonomous';
}

/** The spending limit on chain by which the agent can pay an asset alone; `null` when there is none. */
export function spendingLimitFor(policy: PolicyInForce | null, payment: Payment): Address | null {
  return policy?.revision.limits.find(({ asset }) => asset === payment.asset)?.spendingLimit ?? null;
}

/** The outflow that a payment asks for, for judging it where there are no bytes. */
export function intendedOutflow(wallet: Wallet, policy: PolicyInForce | null, payment: Payment, decimals: number): AssetOutflow {
  return {
    kind: 'asset_outflow',
    instruction: 0,
    asset: payment.asset,
    amount: payment.amount,
    decimals,
    source: wallet.vault,
    sourceAccount: wallet.vault,
    destination: payment.recipient,
    destinationAccount: payment.recipient,
    spendingLimit: spendingLimitFor(policy, payment),
    hazards: [],
  };
}

function spendableFor(effects: readonly Effect[]): readonly { readonly asset: AssetOutflow['asset']; readonly amount: bigint }[] {
  const sums = new Map<AssetOutflow['asset'], bigint>();
  for (const { asset, amount } of outflows(effects)) sums.set(asset, (sums.get(asset) ?? 0n) + amount);
  return [...sums].map(([asset, amount]) => ({ asset, amount }));
}
