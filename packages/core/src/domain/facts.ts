import type { Address } from './address.ts';
import type { AgentPolicy } from './agent-policy.ts';
import type { AssetId } from './asset.ts';
import type { Effect } from './effect.ts';
import type { MeterUsage } from './meter.ts';

import type { WalletAddresses, WalletState } from './wallet.ts';

/** What the simulation of the exact bytes showed: the second witness. */
export interface SimulationReport {
  readonly succeeded: boolean;
  /** The chain's error in words, when it failed. */
  readonly problem: string | null;
  readonly unitsConsumed: bigint;
  readonly slot: bigint;
  /** Gross fall of the vault's balances, asset by asset; rises of other accounts are not netted. */
  readonly vaultOutflows: readonly { readonly asset: AssetId; readonly amount: bigint }[];
  /** Gross rise of the vault's balances. */
  readonly vaultInflows: readonly { readonly asset: AssetId; readonly amount: bigint }[];
  /** True when the vault would be left with less of the native asset than it has to keep (rent exemption). */
  readonly leavesTooLittle: boolean;
  /** Fall of the fee account's balance, lamports. */
  readonly feeAccountOutflowLamports: bigint;
  /** Accounts of the vault whose owner, delegate or close authority differs afterwards, or that were closed. */
  readonly authorityChanges: readonly Address[];
  /** Programs invoked at any depth. */
  readonly programs: readonly Address[];
  /** What the inner instructions do, decoded as the message is; `foreign` where they touch nothing of this wallet. */
  readonly innerEffects: readonly Effect[];
}

/** What happened in this wallet before, as far as the policy asks. */
export interface WalletHistory {
  /** When the agent last had something signed without the owner and not proven void, Unix milliseconds. */
  readonly lastAloneAtMs: number | null;
  /** Those of the recipients asked about that a payment of this wallet was finalized to. */
  readonly paidBefore: readonly Address[];
  /** Requests denied in the window asked about, at most as many as asked for. */
  readonly denials: number;
  /** Requests that ended denied or failed since the last one that was finalized, at most as many as asked for. */
  readonly failuresInARow: number;
}

/** Everything a decision depends on. The same facts give the same decision, byte for byte. */
export interface DecisionFacts {
  readonly policy: { readonly revision: number; readonly rules: AgentPolicy } | null;
  readonly walletState: WalletState;
  readonly addresses: WalletAddresses;
  readonly effects: readonly Effect[];
  /** A window that the policy names and that is not here is unknown. */
  readonly usage: readonly MeterUsage[];
  readonly history: WalletHistory;
  /** Spendable balance of the vault in each asset that the effects move; an asset that is not here is unknown. */
  readonly spendable: readonly { readonly asset: AssetId; readonly amount: bigint }[];
  /** `null` when only the intent is being judged and there are no bytes yet. */
  readonly simulation: SimulationReport | null;
  /** True when the owner's signature over the exact bytes is there: objections that need the owner or a delay are then met. */
  readonly ownerConsents: boolean;
  /** True when the payment has waited out the delay that the policy asks: objections that need a delay are then met. */
  readonly delayServed: boolean;
  /** The database's clock, Unix milliseconds. */
  readonly nowMs: number;
  /** The latest block time that the chain told, Unix milliseconds; `null` when unknown. */
  readonly chainTimeMs: number | null;
}
