import type { Address } from './address.ts';
import type { AssetId } from './asset.ts';

/**
 * What a message will do, decoded from its bytes. docs/spec/effects.md. `instruction` is the position of the top-level instruction, from 0;
 * what a vault transaction does has the position of the instruction that creates it. Every kind that is not expressly permitted by a rule
 * is a denial (INVARIANT I5).
 */
export type Effect =
  | AssetOutflow
  | OwnMove
  | Fee
  | AccountCreation
  | AccountClosing
  | DelegateApproval
  | DelegateRevocation
  | AuthorityChange
  | Burn
  | Memo
  | ProgramCall
  | Foreign
  | DurableNonce
  | Governance
  | Unknown;

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
  /** The wallet that receives, or `null` when nobody can say whose the receiving account is. */
  readonly destination: Address | null;
  readonly destinationAccount: Address;
  /** The spending limit that is used, when the agent pays alone. */
  readonly spendingLimit: Address | null;
  /** Why the amount or the control of this asset cannot be relied on (extensions of a mint, an account that is no associated one), in words. */
  readonly hazards: readonly string[];
}
/** Value that moves between two accounts of the vault: wrapping, unwrapping, its own token accounts. */
export interface OwnMove {
  readonly kind: 'own_move';
  readonly instruction: number;
  readonly asset: AssetId;
  readonly amount: bigint;
  readonly from: Address;
  readonly to: Address;
}
export interface Fee {
  readonly kind: 'fee';
  readonly instruction: null;
  readonly payer: Address;
  readonly amountLamports: bigint;
}
export interface AccountCreation {
  readonly kind: 'account_creation';
  readonly instruction: number;
  readonly account: Address;
  readonly payer: Address;
  /** Whose the new account is, where that is known. */
  readonly owner: Address | null;
  readonly what: string;
  readonly maximumRentLamports: bigint;
}
/** An account of the vault is closed; its whole balance, rent too, goes to `destination`. */
export interface AccountClosing {
  readonly kind: 'account_closing';
  readonly instruction: number;
  readonly account: Address;
  readonly destination: Address;
  /** `null` when the balance is not known. */
  readonly amountLamports: bigint | null;
}
/** Somebody else may take up to `amount` out of an account of the vault. */
export interface DelegateApproval {
  readonly kind: 'delegate_approval';
  readonly instruction: number;
  readonly asset: AssetId | null;
  readonly amount: bigint;
  readonly account: Address;
  readonly delegate: Address;
}
/** Nobody but the vault may take out of this account any more. */
export interface DelegateRevocation {
  readonly kind: 'delegate_revocation';
  readonly instruction: number;
  readonly account: Address;
}
/** Who controls an account, a mint, a nonce, a program or a table changes. */
export interface AuthorityChange {
  readonly kind: 'authority_change';
  readonly instruction: number;
  readonly account: Address;
  /** Such as `account owner`, `close authority`, `mint authority`, `nonce authority`, `upgrade authority`. */
  readonly authority: string;
  /** `null`: given up for ever. */
  readonly to: Address | null;
}
export interface Burn {
  readonly kind: 'burn';
  readonly instruction: number;
  readonly asset: AssetId | null;
  readonly amount: bigint;
  readonly account: Address;
}
export interface Memo {
  readonly kind: 'memo';
  readonly instruction: number;
  readonly text: string;
}
/** A call of a program that the decoder does not know, with everything that a policy can say about it. */
export interface ProgramCall {
  readonly kind: 'program_call';
  readonly instruction: number;
  readonly program: Address;
  /** Instruction data, lower-case hex. */
  readonly data: string;
  readonly accounts: readonly CalledAccount[];
}
export interface CalledAccount {
  readonly address: Address;
  readonly writable: boolean;
  readonly signer: boolean;
  /** What the account is to this wallet, as read from the chain; `other` for everything else. */
  readonly role: 'vault' | 'own_token_account' | 'other';
}
/** Understood, and touches nothing of this wallet: what programs do among themselves. Seen in inner instructions only. */
export interface Foreign {
  readonly kind: 'foreign';
  readonly instruction: number;
  readonly program: Address;
  readonly what: string;
}
/** The message stands on a durable nonce: it never expires, and lands whenever it is sent until the nonce moves. Only kits may. */
export interface DurableNonce {
  readonly kind: 'durable_nonce';
  readonly instruction: number;
  readonly account: Address;
  /** Who controls the nonce, and signs. */
  readonly authority: Address;
}
export interface Unknown {
  readonly kind: 'unknown';
  readonly instruction: number | null;
  readonly program: Address | null;
  readonly reason: string;
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
  | { readonly action: 'set_threshold'; readonly threshold: number }
  | { readonly action: 'set_time_lock'; readonly seconds: number }
  | { readonly action: 'set_config_authority'; readonly authority: Address }
  | { readonly action: 'set_rent_collector'; readonly rentCollector: Address | null }
  | {
      readonly action: 'propose' | 'approve' | 'execute' | 'reject' | 'cancel' | 'close';
      readonly member: Address | null;
      readonly index: bigint | null;
      /** The account of a proposal that was there before, whose index the bytes do not say. */
      readonly proposal?: Address;
    }
);

/**
 * The one hazard that the owner may accept: the receiving account belongs to the recipient, but is not the associated one. Decoders use
 * exactly this text; every other hazard is a denial.
 */
export const UNASSOCIATED_ACCOUNT = 'the receiving account is not the associated account of the recipient';

export function outflows(effects: readonly Effect[]): readonly AssetOutflow[] {
  return effects.filter((effect) => effect.kind === 'asset_outflow');
}
