import type { Address } from './address.ts';
import type { AssetId } from './asset.ts';

/**
 * What an agent may do with one wallet, version 1: docs/spec/policy.md. Amounts in base units, lengths of time in seconds. A list that permits
 * (assets, recipients, programs) allows nothing when it is empty; a rule that restricts (windows, hours, …) and is `null` or empty does not
 * restrict. The JSON document leaves out what is `null` or empty here.
 */
export interface AgentPolicy {
  readonly version: 1;
  /** From this moment on nothing is allowed, Unix milliseconds. */
  readonly expiresAtMs: number | null;
  /** At most 16. The native asset's rule is the wrapped one's too. */
  readonly assets: readonly AssetRule[];
  /** At most 8. */
  readonly groups: readonly AssetGroup[];
  /** Transactions per window, of all assets; at most 8. */
  readonly transactions: readonly CountWindow[];
  /** At most 20. */
  readonly recipients: readonly RecipientRule[];
  readonly otherRecipients: 'denied' | 'countersigned';
  /** What the first payment to a recipient needs: nothing more than any other, a delay, or the owner. */
  readonly firstPayment: 'as_any' | 'delayed' | 'countersigned';
  /** At most 16. Calls always need the owner's signature, since the chain bounds none of them. */
  readonly programs: readonly ProgramRule[];
  readonly schedule: Schedule | null;
  /** The least time between two payments that the agent makes alone; `null` for none. */
  readonly cooldownSeconds: number | null;
  readonly nearLimit: NearLimitRule | null;
  readonly failures: FailureRule | null;
  readonly denials: DenialRule | null;
  readonly fees: FeeRule;
  /** How often the signer signs, 1 to 6,000. */
  readonly signaturesPerMinute: number;
}

/** Up to `autonomous` the agent pays alone, above it the owner countersigns, over `ceiling` nothing leaves. */
export interface Limit {
  readonly autonomous: bigint;
  readonly ceiling: bigint;
}
/** A limit over everything in `seconds`; 60 s to 365 days. What the agent paid alone, at once or delayed, counts towards `autonomous`. */
export interface AmountWindow extends Limit {
  readonly seconds: number;
}
export interface CountWindow {
  readonly seconds: number;
  readonly autonomous: number;
  readonly ceiling: number;
}

export interface AssetRule {
  readonly asset: AssetId;
  readonly perTransaction: Limit & { readonly delayed: DelayedLimit | null };
  /** 1 to 8, of different lengths. */
  readonly windows: readonly AmountWindow[];
}
/** Above `autonomous` and up to here the agent pays alone after a delay. Never less than `autonomous`, never more than `ceiling`. */
export interface DelayedLimit {
  readonly upTo: bigint;
  /** 60 s to 30 days. */
  readonly delaySeconds: number;
}

/** Several assets under one budget, in units that the owner chose: an amount counts `weight` units for each base unit. No price is ever asked. */
export interface AssetGroup {
  readonly name: string;
  /** `owner`: all wallets of the same owner whose policies hold a group of this name and scope count together. */
  readonly scope: 'wallet' | 'owner';
  readonly members: readonly { readonly asset: AssetId; readonly weight: bigint }[];
  readonly windows: readonly AmountWindow[];
}

export interface RecipientRule {
  /** `owner` stands for the wallet's owner, whoever that is. */
  readonly address: Address | 'owner';
  readonly label: string;
  /** What may go to this recipient; at most 8. */
  readonly windows: readonly (AmountWindow & { readonly asset: AssetId })[];
}

export interface ProgramRule {
  readonly program: Address;
  readonly label: string;
  /** Instructions that may be called; none is allowed by an empty list. At most 16. */
  readonly instructions: readonly InstructionShape[];
  /**
   * By the weights of `group`, what comes back in the simulation must be at least this many percent of what leaves, 0 to 100. `null`: whatever
   * leaves counts as an outflow, and nothing has to come back.
   */
  readonly worstReturn: { readonly group: string; readonly percent: number } | null;
}
export interface InstructionShape {
  readonly name: string;
  /** What the data begins with, lower-case hex, 1 to 16 bytes. */
  readonly discriminator: string;
  /** Exact length of the data in bytes; `null` for any. */
  readonly dataBytes: number | null;
  /** Accounts that must be something; positions from 0. At most 32. */
  readonly accounts: readonly { readonly position: number; readonly is: 'vault' | 'own_token_account' | Address }[];
}

/** When the agent may pay alone. */
export interface Schedule {
  /** IANA name, such as `Europe/Berlin`. */
  readonly timeZone: string;
  /** At most 14. */
  readonly open: readonly OpenHours[];
  readonly otherwise: 'denied' | 'countersigned';
}
export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';
/** Local wall-clock time, `HH:MM`, from inclusive, to exclusive. Where `to` is not after `from` the hours run over midnight and belong to the day on which they begin. */
export interface OpenHours {
  readonly days: readonly Weekday[];
  readonly from: string;
  readonly to: string;
}

/** More than `most` payments within `seconds` of at least `percent` of what the agent may pay alone at once need the owner. */
export interface NearLimitRule {
  readonly percent: number;
  readonly seconds: number;
  readonly most: number;
}
/** After this many requests in a row that were denied or failed: the owner must sign, or the wallet freezes. */
export interface FailureRule {
  readonly inARow: number;
  readonly consequence: 'countersigned' | 'freeze';
}
/** This many denied requests within `seconds` freeze the wallet; `lockdownAt` asks for an emergency lockdown. */
export interface DenialRule {
  readonly seconds: number;
  readonly freezeAt: number;
  readonly lockdownAt: number | null;
}
export interface FeeRule {
  readonly perTransactionLamports: bigint;
  readonly rentPerTransactionLamports: bigint;
  /** Network fees and rent together that this wallet may cause the fee account; over the ceiling the request is denied. At most 8. */
  readonly windows: readonly { readonly seconds: number; readonly ceilingLamports: bigint }[];
}
