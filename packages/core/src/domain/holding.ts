import type { AgentPolicy } from './agent-policy.ts';
import { type AssetId, budgetAsset } from './asset.ts';
import type { Effect } from './effect.ts';
import type { SimulationReport } from './facts.ts';
import { flowsOf } from './flows.ts';
import {
  assetMeter,
  FEES_METER,
  type Holding,
  type Meter,
  type Metered,
  nearLimitMeter,
  ownMovesMeter,
  recipientMeter,
  TRANSACTIONS_METER,
} from './meter.ts';
import { indexOf } from './policy-index.ts';
import type { WalletAddresses } from './wallet.ts';

/**
 * What an attempt with these effects holds of the budgets, gross: assets with what delegates may take, recipients, the transaction itself,
 * whether it comes near a limit, network fee and rent. What the rules count is what is held (INVARIANT I4). Sorted by meter, no zero.
 */
export function holdingOf(input: {
  readonly effects: readonly Effect[];
  readonly simulation: SimulationReport | null;
  readonly policy: AgentPolicy;
  readonly addresses: Pick<WalletAddresses, 'owner' | 'vault'>;
  /** Signed by the agent without the owner. */
  readonly alone: boolean;
}): Holding {
  const { effects, simulation, policy, addresses, alone } = input;
  const flows = flowsOf(effects, simulation, addresses.vault);
  const { limits } = indexOf(policy, addresses.owner);
  // Where nothing goes at once `from` is 0, and an asset that does not move comes near nothing all the same.
  const near = limits.near.flatMap(({ asset, from }): Metered[] => {
    const amount = flows.counted.get(asset) ?? 0n;
    return amount > 0n && amount >= from ? [{ meter: nearLimitMeter(asset), amount: 1n }] : [];
  });
  const amounts: readonly Metered[] = [
    ...[...flows.counted].map(([asset, amount]) => ({ meter: assetMeter(asset), amount })),
    ...[...flows.ownMoves].map(([asset, amount]) => ({ meter: ownMovesMeter(asset), amount })),
    ...flows.toRecipients.map(({ recipient, asset, amount }) => ({ meter: recipientMeter(asset, recipient), amount })),
    { meter: TRANSACTIONS_METER, amount: 1n },
    ...near,
    { meter: FEES_METER, amount: flows.feesLamports },
  ];
  return { alone, amounts: amounts.filter(({ amount }) => amount > 0n).sort(byMeter) };
}

function byMeter({ meter: one }: Metered, { meter: other }: Metered): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** What the chain says that a landed transaction moved: gross falls of the vault, and all that the fee account paid, rent too. */
export interface LandedAmounts {
  readonly vaultOutflows: readonly { readonly asset: AssetId; readonly amount: bigint }[];
  readonly feeLamports: bigint;
}

/**
 * What a holding becomes when its transaction landed. Of an asset what really moved counts, and never less than what was held for recipients: a
 * delegate takes later. That is at most what was held, unless the decoder was wrong (`exceeds`): then all of it counts, of assets that were
 * not held too. Fees count as paid, everything else as held.
 */
export function settledAmounts(holding: Holding, { vaultOutflows, feeLamports }: LandedAmounts): readonly Metered[] {
  const moved = movedByMeter(vaultOutflows);
  const held = (meter: Meter): bigint => holding.amounts.find((each) => each.meter === meter)?.amount ?? 0n;
  const settled = holding.amounts.map(({ meter, amount }) => {
    if (meter === FEES_METER) return { meter, amount: smaller(amount, feeLamports) };
    if (!meter.startsWith('asset/')) return { meter, amount };
    const asset = meter.slice('asset/'.length);
    const toRecipients = holding.amounts.reduce(
      (sum, each) => (each.meter.startsWith('to/') && each.meter.endsWith(`/${asset}`) ? sum + each.amount : sum),
      0n,
    );
    const real = moved.get(meter) ?? 0n;
    const over = real - held(ownMovesMeter(asset as AssetId));
    return { meter, amount: over > amount ? over : smaller(amount, real > toRecipients ? real : toRecipients) };
  });
  const unheld = [...new Set(vaultOutflows.map(({ asset }) => budgetAsset(asset)))].flatMap((asset): Metered[] => {
    const meter = assetMeter(asset);
    const over = (moved.get(meter) ?? 0n) - held(ownMovesMeter(asset));
    return held(meter) === 0n && over > 0n ? [{ meter, amount: over }] : [];
  });
  return [...settled, ...unheld];
}

/** Whether more of some asset left than was held for it and for moves between the vault's own accounts: the decoder was wrong. */
export function exceeds(holding: Holding, { vaultOutflows }: Pick<LandedAmounts, 'vaultOutflows'>): boolean {
  const held = (meter: Meter): bigint => holding.amounts.find((each) => each.meter === meter)?.amount ?? 0n;
  const assets = new Set(vaultOutflows.map(({ asset }) => budgetAsset(asset)));
  const moved = movedByMeter(vaultOutflows);
  return [...assets].some((asset) => (moved.get(assetMeter(asset)) ?? 0n) > held(assetMeter(asset)) + held(ownMovesMeter(asset)));
}

function movedByMeter(vaultOutflows: LandedAmounts['vaultOutflows']): ReadonlyMap<Meter, bigint> {
  const moved = new Map<Meter, bigint>();
  for (const { asset, amount } of vaultOutflows) {
    const meter = assetMeter(asset);
    moved.set(meter, (moved.get(meter) ?? 0n) + amount);
  }
  return moved;
}

function smaller(one: bigint, other: bigint): bigint {
  const least = one < other ? one : other;
  return least > 0n ? least : 0n;
}
