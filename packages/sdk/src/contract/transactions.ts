export type TransactionState =
  | 'received'
  | 'denied'
  | 'awaiting_delay'
  | 'awaiting_owner'
  | 'approved'
  | 'signed'
  | 'submitted'
  | 'confirmed'
  | 'finalized'
  | 'failed'
  | 'expired'
  | 'rejected'
  | 'cancelled'
  | 'unknown';

/** `autonomous`: by the agent alone, at once; `delayed`: by the agent alone, after a time in which the owner may veto; `countersigned`: with the owner. */
export type Route = 'autonomous' | 'delayed' | 'countersigned';

export interface Violation {
  readonly rule: string;
  readonly outcome: 'denied' | 'needs_owner' | 'needs_delay';
  readonly message: string;
  readonly details: { readonly [name: string]: string | number | null };
}

/** One rolling window, before this request. What is counted depends on `of`: base units, transactions, lamports, units of a group. */
export interface Budget {
  /** An asset, `transactions`, `fees`, `group dollars`, `SOL to 9xQe…`. */
  readonly of: string;
  /** `owner`: all wallets of the same owner count together. */
  readonly scope: 'wallet' | 'owner';
  readonly windowSeconds: number;
  /** `autonomous`: what the agent may do alone; `ceiling`: the limit over everything. */
  readonly limitKind: 'autonomous' | 'ceiling';
  readonly limit: string;
  readonly used: string;
  readonly remaining: string;
  /** What this request adds. */
  readonly asked: string;
  /** When enough comes back for what is asked; `null` when it fits now or never will. */
  readonly comesBackAt: string | null;
}

export interface DecisionView {
  readonly verdict: 'allowed' | 'needs_delay' | 'needs_owner' | 'denied';
  readonly route: Route | null;
  /** How long it waits for a veto, with the verdict `needs_delay`. */
  readonly delaySeconds: number | null;
  readonly policyRevision: number | null;
  /** Every rule that objected, not the first. */
  readonly violations: readonly Violation[];
  readonly budgets: readonly Budget[];
  /** The facts that it stands on: the clock of the database, and slot and block time of the chain. */
  readonly decidedAt: string;
  readonly slot: string | null;
  readonly chainTime: string | null;
}

/** What POST transactions answers (200) with the header `Dry-Run: true`: the same decision; nothing was recorded, reserved or signed. */
export interface DryRunView extends DecisionView {
  readonly dryRun: true;
  /** What it would do, one sentence an effect. */
  readonly effects: readonly string[];
}

/** POST /v1/wallets/{wallet}/transactions (agent; Idempotency-Key required; Dry-Run: true optional): a payment, or a message of the agent's own. */
export type CreateTransaction = CreatePayment | CreateCall;

export interface CreatePayment {
  readonly asset: string;
  readonly amount: string;
  readonly recipient: string;
  readonly memo?: string | undefined;
}

/** Whatever the instructions of a complete message do, executed by the vault. */
export interface CreateCall {
  /**
   * Base64 of a serialized Solana message (legacy, version 0 or 1) without signatures, at most 8,192 bytes; the vault is its fee payer and only
   * required signer.
   */
  readonly message: string;
}

/** 202 for POST, 200 for GET /v1/wallets/{wallet}/transactions/{id}. A denied POST is a problem (403, code payment_denied) with the members of this and `violations`, `budgets`. */
export interface TransactionView {
  readonly id: string;
  readonly wallet: string;
  readonly state: TransactionState;
  readonly route: Route | null;
  /** Of a payment; `null` where the agent gave a message, unless that does nothing but pay. */
  readonly asset: string | null;
  readonly amount: string | null;
  readonly recipient: string | null;
  readonly memo: string | null;
  /** Base64 of the agent's own message; `null` for a payment. */
  readonly message: string | null;
  /** What it does, one sentence an effect, as decoded when it was decided on. */
  readonly effects: readonly string[];
  readonly signature: string | null;
  readonly policyRevision: number | null;
  /** What the owner is asked, where the state is awaiting_owner; where it is awaiting_delay, what the owner can reject to veto it. */
  readonly approval: string | null;
  /** When it goes without the owner, where the state is awaiting_delay. */
  readonly releasesAt: string | null;
  readonly problem: string | null;
  readonly decision: DecisionView;
  readonly createdAt: string;
  readonly updatedAt: string;
}
