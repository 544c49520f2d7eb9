import type { Address } from './address.ts';
import type { AssetId } from './asset.ts';

/** What a message will do, decoded from its bytes. `instruction` is the position of the top-level instruction, from 0. */
export type Effect =
  | AssetOutflow
  | { readonly kind: 'fee'; readonly instruction: null; readonly payer: Address; readonly amountLamports: bigint }
  | {
      readonly kind: 'account_creation';
      readonly instruction: number;
      readonly account: Address;
      readonly payer: Address;
      readonly what: string;
      readonly maximumRentLamports: bigint;
    }
  | { readonly kind: 'memo'; readonly instruction: number; readonly text: string }
  | Governance
  | { readonly kind: 'unknown'; readonly instruction: number | null; readonly program: Address | null; readonly reason: string };

/** Value that leaves the vault, gross, in base units. */
export interface AssetOutflow {
  readonly kind: 'asset_outflow';
  readonly instruction: number;
  readonly asset: AssetId;
  readonly amount: bigint;
  readonly decimals: number;
  /** The vault. */
  readonly source: Address;
  /** The account debited: the vault itself, or its token account. */
  readonly sourceAccount: Address;
  /** The wallet that receives, or `null` when the bytes name only a token account that belongs to none of the known wallets. */
  readonly destination: Address | null;
  readonly destinationAccount: Address;
  /** The spending limit that is used, when the agent pays alone. */
  readonly spendingLimit: Address | null;
}

/** A change of who controls a wallet, or a step of a proposal. */
export type Governance = { readonly kind: 'governance'; readonly instruction: number; readonly wallet: Address } & (
  | {
      readonly action: 'create_wallet';
      readonly owner: Address;
      readonly members: readonly { readonly key: Address; readonly permissions: number }[];
      readonly threshold: number;
      readonly timeLockSeconds: number;
      readonly rentCollector: Address | null;
    }
  | {
      readonly action: 'add_limit';
      readonly spendingLimit: Address;
      readonly asset: AssetId;
      readonly amount: bigint;
      readonly periodSeconds: number;
      readonly members: readonly Address[];
      readonly destinations: readonly Address[];
    }
  | { readonly action: 'remove_limit'; readonly spendingLimit: Address }
  | { readonly action: 'add_member'; readonly member: Address; readonly permissions: number }
  | { readonly action: 'remove_member'; readonly member: Address }
  | {
      readonly action: 'propose' | 'approve' | 'execute' | 'reject' | 'cancel' | 'close';
      readonly member: Address | null;
      readonly index: bigint | null;
    }
);

export function outflows(effects: readonly Effect[]): readonly AssetOutflow[] {
  return effects.filter((effect) => effect.kind === 'asset_outflow');
}
