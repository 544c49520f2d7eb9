import type { Address } from './address.ts';
import { type AssetId, budgetAsset } from './asset.ts';
import type { Branded } from './brand.ts';

/**
 * What a budget counts for one wallet. Every attempt writes all its meters whether or not the policy of the day limits them, so that no edit
 * of a policy starts a count anew. docs/spec/budget.md.
 */
export type Meter = Branded<string, 'Meter'>;

/** Transactions, one each. */
export const TRANSACTIONS_METER: Meter = 'transactions' as Meter;
/** Network fees and rent that the fee account pays, lamports. */
export const FEES_METER: Meter = 'fees' as Meter;

/** Base units of an asset; the native asset and its wrapped form are one. */
export function assetMeter(asset: AssetId): Meter {
  return `asset/${budgetAsset(asset)}` as Meter;
}
/** Base units of an asset that go to one wallet. */
export function recipientMeter(asset: AssetId, recipient: Address): Meter {
  return `to/${recipient}/${budgetAsset(asset)}` as Meter;
}
/** Payments of an asset that came close to what the agent may pay alone at once, one each. */
export function nearLimitMeter(asset: AssetId): Meter {
  return `near/${budgetAsset(asset)}` as Meter;
}
/** Base units of an asset that move between accounts of the vault. No rule limits them; held so that they are told from what left. */
export function ownMovesMeter(asset: AssetId): Meter {
  return `own/${budgetAsset(asset)}` as Meter;
}

/** An amount of one meter, gross. */
export interface Metered {
  readonly meter: Meter;
  readonly amount: bigint;
}

/** What an attempt holds of the budgets. `alone`: signed by the agent without the owner (autonomous or delayed). */
export interface Holding {
  readonly alone: boolean;
  readonly amounts: readonly Metered[];
}

/** A rolling window over one meter: of this wallet, or of all wallets of its owner together. */
export interface MeterWindow {
  readonly meter: Meter;
  readonly seconds: number;
  readonly scope: 'wallet' | 'owner';
}

/**
 * What counts in a window that ends now: everything reserved, however old, and what settled at or after `now − seconds`. `alone` is the
 * part that the agent signed without the owner, `total` is all of it.
 */
export interface MeterUsage extends MeterWindow {
  readonly alone: bigint;
  readonly total: bigint;
}
