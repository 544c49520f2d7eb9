/**
 * The HTTP interface, as TypeScript sees it. The zod schemas in schemas/ are typed by these, and OpenAPI is generated from them.
 * Amounts are decimal strings of base units, moments ISO 8601 UTC, bytes base64, addresses and signatures base58.
 */

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

/** POST /v1/wallets (operator). `policy` is the exact text of the policy document. */
export interface CreateWallet {
  readonly name: string;
  readonly owner: string;
  readonly policy: string;
}
export interface WalletView {
  readonly id: string;
  readonly name: string;
  readonly state: 'creating' | 'active' | 'frozen' | 'failed';
  /** The only address to fund; `null` until the wallet is active. */
  readonly vault: string | null;
  readonly owner: string;
  readonly agent: string;
  readonly policyRevision: number | null;
  readonly frozenReason: string | null;
  /** Spendable balances of the assets that the policy lists; `null` where the chain could not be asked (list: always null). */
  readonly balances: readonly { readonly asset: string; readonly amount: string; readonly decimals: number }[] | null;
  readonly createdAt: string;
}
export interface CreatedWallet {
  readonly wallet: WalletView;
  readonly approval: ApprovalView;
}

export interface PolicyView {
  readonly wallet: string;
  readonly revision: number;
  readonly state: 'proposed' | 'active' | 'superseded' | 'void';
  /** The exact document. */
  readonly text: string;
  readonly policySha256: string;
  readonly boundsSha256: string;
  readonly limits: readonly {
    readonly asset: string;
    readonly spendingLimit: string;
    readonly amount: string;
    readonly periodSeconds: number;
  }[];
  readonly createdAt: string;
  readonly activatedAt: string | null;
}
/** POST /v1/wallets/{wallet}/policies (operator) */
export interface ProposePolicy {
  readonly policy: string;
}
export interface ProposedPolicy {
  readonly revision: PolicyView;
  readonly approval: ApprovalView;
}

export type ApprovalKind = 'create_wallet' | 'install_policy' | 'approve_payment' | 'unfreeze';
export type ApprovalState = 'waiting' | 'executing' | 'done' | 'failed' | 'rejected' | 'expired' | 'void';
/** GET /v1/approvals/{id} answers this. */
export interface ApprovalView {
  readonly id: string;
  readonly wallet: string;
  readonly kind: ApprovalKind;
  readonly state: ApprovalState;
  readonly transaction: string | null;
  readonly policyRevision: number | null;
  readonly problem: string | null;
  /** What the transaction does, one sentence an effect; empty for what is about no transaction. */
  readonly effects: readonly string[];
  readonly createdAt: string;
  readonly expiresAt: string;
  /** When a delayed payment goes without the owner, unless it is rejected before; `null` for what needs the owner. */
  readonly releasesAt: string | null;
}
/** POST /v1/approvals/{id}/prepare (operator or owner): fresh exact bytes. The owner's tool believes only the bytes. */
export interface PreparedView {
  readonly approval: ApprovalView;
  /** For finding one's way in the bytes; each address is checked against them. */
  readonly addresses: {
    readonly multisig: string;
    readonly vault: string;
    readonly owner: string;
    readonly agent: string;
    readonly createKey: string;
    readonly feeAccount: string;
  };
  readonly network: string;
  readonly statement: string | null;
  /** Base64, in landing order. */
  readonly messages: readonly string[];
  /** For create_wallet and install_policy. */
  readonly policy: { readonly revision: number; readonly text: string; readonly bounds: string } | null;
  /** For approve_payment: what the agent asked and why it came here. */
  readonly transaction: TransactionView | null;
}
/** POST /v1/approvals/{id}/approve (operator or owner: the signatures are the consent). */
export interface Approve {
  readonly statementSignature: string | null;
  readonly messageSignatures: readonly string[];
}
/** POST /v1/approvals/{id}/reject */
export interface Reject {
  readonly reason?: string | undefined;
}

/** POST /v1/wallets/{wallet}/freeze (operator, owner, agent of the wallet) */
export interface Freeze {
  readonly reason?: string | undefined;
}
export interface FrozenView {
  readonly wallet: WalletView;
  readonly mayStillLand: readonly { readonly transaction: string | null; readonly signature: string | null; readonly state: string }[];
  readonly signerProblem: string | null;
}
// POST /v1/wallets/{wallet}/unfreeze (operator or owner) answers ApprovalView, kind unfreeze.
// POST /v1/wallets/{wallet}/transactions/{id}/cancel (agent, operator) answers TransactionView.

export type Role = 'agent' | 'operator' | 'owner';
/** POST /v1/credentials (operator) */
export interface CreateCredential {
  readonly role: Role;
  readonly wallet: string | null;
  readonly label: string;
}
export interface CredentialView {
  readonly id: string;
  readonly role: Role;
  readonly wallet: string | null;
  readonly label: string;
  readonly createdAt: string;
  readonly revokedAt: string | null;
}
/** The secret is shown this once. */
export interface CreatedCredential {
  readonly credential: CredentialView;
  readonly secret: string;
}
// POST /v1/credentials/{id}/revoke answers CredentialView. GET /v1/credentials?wallet=&role= answers { items }.
// GET /v1/whoami answers CredentialView.

// GET /v1/audit?chain=&before=&limit= (operator: all; owner, agent: own wallet)
export interface AuditEntryView {
  readonly chain: string;
  readonly sequence: string;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly details: { readonly [name: string]: string | number | boolean | null | readonly string[] };
  readonly previousHash: string;
  readonly hash: string;
}
/** GET /v1/audit/entries?chain=&from=&limit= gives one chain in order, for verifying it oneself; POST /v1/audit/verify has the service do it. */
export interface AuditVerification {
  readonly ok: boolean;
  readonly chains: readonly {
    readonly chain: string;
    readonly ok: boolean;
    readonly entries: string;
    readonly head: string;
    readonly problem: string | null;
    readonly sequence: string | null;
  }[];
}

/** GET /health/ready: 200 or 503 with this. */
export interface ReadyView {
  readonly ready: boolean;
  readonly checks: readonly {
    readonly name: 'database' | 'chain' | 'signer' | 'clock';
    readonly ok: boolean;
    readonly problem: string | null;
  }[];
  readonly network: string;
  readonly version: string;
}

// Lists: GET /v1/wallets, GET /v1/wallets/{wallet}/transactions?state=&limit=&cursor=, GET /v1/approvals?wallet=&state=&kind=&limit=&cursor=,
// GET /v1/wallets/{wallet}/policies; each answers { items, nextCursor }.
