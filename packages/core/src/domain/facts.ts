import type { Address } from './address.ts';
import type { AssetId } from './asset.ts';
import type { Effect } from './effect.ts';
import type { AgentPolicy } from './policy.ts';
import type { WalletAddresses, WalletState } from './wallet.ts';

/** What has left or is reserved in one rolling window that ends now. Base units, gross. */
export interface WindowUsage {
  readonly asset: AssetId;
  readonly seconds: number;
  readonly autonomousUsed: bigint;
  readonly totalUsed: bigint;
}

/** What the simulation of the exact bytes showed: the second witness. */
export interface SimulationReport {
  readonly succeeded: boolean;
  /** The chain's error in words, when it failed. */
  readonly problem: string | null;
  readonly unitsConsumed: bigint;
  readonly slot: bigint;
  /** Gross fall of the vault's balances, asset by asset; rises are not netted. */
  readonly vaultOutflows: readonly { readonly asset: AssetId; readonly amount: bigint }[];
  /** Fall of the fee account's balance, lamports. */
  readonly feeAccountOutflowLamports: bigint;
  /** Accounts of the vault whose owner, delegate or close authority differs afterwards, or that were closed. */
  readonly authorityChanges: readonly Address[];
  /** Programs invoked at any depth. */
  readonly programs: readonly Address[];
}

/** Everything a decision depends on. The same facts give the same decision, byte for byte. */
export interface DecisionFacts {
  readonly policy: { readonly revision: number; readonly rules: AgentPolicy } | null;
  readonly walletState: WalletState;
  readonly addresses: WalletAddresses;
  readonly effects: readonly Effect[];
  readonly usage: readonly WindowUsage[];
  /** Spendable balance of the vault in each asset that the effects move; an asset that is not here is unknown. */
  readonly spendable: readonly { readonly asset: AssetId; readonly amount: bigint }[];
  /** `null` when only the intent is being judged and there are no bytes yet. */
  readonly simulation: SimulationReport | null;
  /** True when the owner's signature over the exact bytes is there: objections that need the owner are then met. */
  readonly ownerConsents: boolean;
  /** The database's clock, Unix milliseconds. */
  readonly nowMs: number;
  /** The latest block time that the chain told, Unix milliseconds; `null` when unknown. */
  readonly chainTimeMs: number | null;
}
