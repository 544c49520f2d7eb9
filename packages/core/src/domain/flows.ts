import type { Address } from './address.ts';
import { type AssetId, budgetAsset, NATIVE_ASSET } from './asset.ts';
import type { Effect } from './effect.ts';
import type { SimulationReport } from './facts.ts';
import type { Asked } from './window-limits.ts';

export type Sums = ReadonlyMap<AssetId, bigint>;

/** What all effects of a message move together, by the asset whose budget it counts in: no splitting into instructions can lower it. */
export interface Flows extends Asked {
  /** What counts: decoded outflows and approvals of delegates; where programs are called, what the simulation saw, if that is more. */
  readonly counted: Sums;
  /** Decoded outflows alone. */
  readonly moved: Sums;
  /** Moved between the vault's own accounts. */
  readonly ownMoves: Sums;
  readonly networkFeeLamports: bigint;
  readonly rentLamports: bigint;
  /** Whether a program is called that nobody but the policy knows. */
  readonly calls: boolean;
  /** What the simulation saw leave and come, without what moved between the vault's own accounts; `null` without one. */
  readonly simulated: { readonly out: Sums; readonly in: Sums } | null;
  /** What inner instructions were seen to take out of the vault, gross. */
  readonly inner: Sums;
}

type Mutable = Map<AssetId, bigint>;

export function flowsOf(effects: readonly Effect[], simulation: SimulationReport | null, vault: Address): Flows {
  const moved: Mutable = new Map();
  const approved: Mutable = new Map();
  const ownMoves: Mutable = new Map();
  const toRecipients: { recipient: Address; asset: AssetId; amount: bigint }[] = [];
  let networkFeeLamports = 0n;
  let rentLamports = 0n;
  let calls = false;
  const pay = (recipient: Address, asset: AssetId, amount: bigint): void => {
    const known = toRecipients.find((each) => each.recipient === recipient && each.asset === asset);
    if (known) known.amount += amount;
    else if (amount > 0n) toRecipients.push({ recipient, asset, amount });
  };
  for (const effect of effects) {
    if (effect.kind === 'asset_outflow') {
      const [asset, amount] = [budgetAsset(effect.asset), gross(effect.amount)];
      add(moved, asset, amount);
      if (effect.destination !== null) pay(effect.destination, asset, amount);
    } else if (effect.kind === 'delegate_approval') {
      if (effect.asset === null) continue;
      const [asset, amount] = [budgetAsset(effect.asset), gross(effect.amount)];
      add(approved, asset, amount);
      pay(effect.delegate, asset, amount);
    } else if (effect.kind === 'own_move') add(ownMoves, budgetAsset(effect.asset), gross(effect.amount));
    else if (effect.kind === 'account_closing') add(ownMoves, NATIVE_ASSET, gross(effect.amountLamports ?? 0n));
    else if (effect.kind === 'fee') networkFeeLamports += gross(effect.amountLamports);
    else if (effect.kind === 'account_creation') rentLamports += gross(effect.maximumRentLamports);
    else if (effect.kind === 'program_call') calls = true;
  }
  const simulated = simulation === null ? null : simulatedFlows(simulation, ownMoves);
  const inner = simulation === null ? NOTHING : innerSums(simulation.innerEffects, vault);
  return {
    moved,
    counted: countedSums(moved, approved, calls && simulated !== null ? [simulated.out, inner] : []),
    ownMoves,
    toRecipients,
    networkFeeLamports,
    rentLamports,
    feesLamports: networkFeeLamports + rentLamports,
    calls,
    open: calls && simulated === null,
    simulated,
    inner,
  };
}

const NOTHING: Sums = new Map();

/** The larger of what each witness saw, and what delegates may take besides. */
function countedSums(moved: Sums, approved: Sums, witnesses: readonly Sums[]): Sums {
  if (approved.size === 0 && witnesses.length === 0) return moved;
  const sums: Mutable = new Map(moved);
  for (const witness of witnesses) for (const [asset, amount] of witness) if (amount > (sums.get(asset) ?? 0n)) sums.set(asset, amount);
  for (const [asset, amount] of approved) add(sums, asset, amount);
  return sums;
}

/** What fell and rose; as much of both as the message moves between the vault's own accounts is neither. */
function simulatedFlows({ vaultOutflows, vaultInflows }: SimulationReport, ownMoves: Sums): { readonly out: Sums; readonly in: Sums } {
  const out: Mutable = new Map();
  const into: Mutable = new Map();
  for (const { asset, amount } of vaultOutflows) add(out, budgetAsset(asset), gross(amount));
  for (const { asset, amount } of vaultInflows) add(into, budgetAsset(asset), gross(amount));
  for (const [asset, most] of ownMoves) {
    const [fell, rose] = [out.get(asset) ?? 0n, into.get(asset) ?? 0n];
    const own = least(most, fell, rose);
    if (own === 0n) continue;
    out.set(asset, fell - own);
    into.set(asset, rose - own);
  }
  return { out, in: into };
}

function innerSums(effects: readonly Effect[], vault: Address): Sums {
  const sums: Mutable = new Map();
  for (const effect of effects)
    if (effect.kind === 'asset_outflow' && effect.source === vault) add(sums, budgetAsset(effect.asset), gross(effect.amount));
  return sums;
}

function add(sums: Mutable, asset: AssetId, amount: bigint): void {
  if (amount > 0n) sums.set(asset, (sums.get(asset) ?? 0n) + amount);
}

function least(...amounts: readonly [bigint, ...bigint[]]): bigint {
  return amounts.reduce((one, other) => (other < one ? other : one));
}

/** An amount below zero would lower a sum; it counts as nothing here and is refused by `permitted-effects`. */
function gross(amount: bigint): bigint {
  return amount > 0n ? amount : 0n;
}
