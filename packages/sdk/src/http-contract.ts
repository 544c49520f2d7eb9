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

export interface Violation {
  readonly rule: string;
  readonly outcome: 'denied' | 'needs_owner';
  readonly message: string;
  readonly details: { readonly [name: string]: string | number | null };
}
export interface Budget {
  readonly asset: string;
  readonly windowSeconds: number;
  /** `autonomous`: what the agent may pay alone; `countersigned`: the ceiling over everything. */
  readonly route: 'autonomous' | 'countersigned';
  readonly limit: string;
  readonly used: string;
  readonly remaining: string;
  readonly comesBackAt: string | null;
}
export interface DecisionView {
  readonly verdict: 'allowed' | 'needs_owner' | 'denied';
  readonly route: 'autonomous' | 'countersigned' | null;
  readonly policyRevision: number | null;
  readonly violations: readonly Violation[];
  readonly budgets: readonly Budget[];
  readonly decidedAt: string;
  readonly slot: string | null;
}

/** What POST transactions answers (200) with the header `Dry-Run: true`: the same decision; nothing was recorded, reserved or signed. */
export interface DryRunView extends DecisionView {
  readonly dryRun: true;
}

/** POST /v1/wallets/{wallet}/transactions (agent; Idempotency-Key required; Dry-Run: true optional) */
export interface CreateTransaction {
  readonly asset: string;
  readonly amount: string;
  readonly recipient: string;
  readonly memo?: string | undefined;
}
/** 202 for POST, 200 for GET /v1/wallets/{wallet}/transactions/{id}. A denied POST is a problem (403, code payment_denied) with the members of this and `violations`, `budgets`. */
export interface TransactionView {
  readonly id: string;
  readonly wallet: string;
  readonly state: TransactionState;
  readonly route: 'autonomous' | 'countersigned' | null;
  readonly asset: string;
  readonly amount: string;
  readonly recipient: string;
  readonly memo: string | null;
  readonly signature: string | null;
  readonly policyRevision: number | null;
  /** What the owner is asked, where the state is awaiting_owner. */
  readonly approval: string | null;
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
  readonly createdAt: string;
  readonly expiresAt: string;
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
