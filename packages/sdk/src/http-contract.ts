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
  /** A second owner key that lies offline and may take a lost owner key's place; none when absent or `null`. */
  readonly recovery?: string | null | undefined;
  readonly policy: string;
}
export interface WalletView {
  readonly id: string;
  readonly name: string;
  readonly state: 'creating' | 'active' | 'frozen' | 'failed';
  /** The only address to fund; `null` until the wallet is active. */
  readonly vault: string | null;
  /** What owner statements name. Money that is sent here is lost: fund `vault`. */
  readonly multisig: string;
  readonly owner: string;
  readonly agent: string;
  readonly recovery: string | null;
  /** The approval by which its keys are being changed; nothing new is signed meanwhile. */
  readonly rekeyingBy: string | null;
  readonly policyRevision: number | null;
  readonly frozenReason: string | null;
  /** Spendable balances of the assets that the policy lists; `null` where the chain could not be asked (list: always null). */
  readonly balances: readonly BalanceView[] | null;
  readonly createdAt: string;
}
export interface BalanceView {
  readonly asset: string;
  readonly amount: string;
  readonly decimals: number;
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
  /** What the operator tightened since; its text takes the place of `text` in every decision. */
  readonly tightening: TighteningView | null;
  readonly createdAt: string;
  readonly activatedAt: string | null;
}
export interface TighteningView {
  /** From 1 in each revision. */
  readonly number: number;
  readonly text: string;
  readonly policySha256: string;
  /** The credential that did it. */
  readonly by: string;
  readonly at: string;
}
/** POST /v1/wallets/{wallet}/policies (operator) */
export interface ProposePolicy {
  readonly policy: string;
  /** The recovery key from this revision on: absent, it stays; `null`, there is none any more. */
  readonly recovery?: string | null | undefined;
}
/** POST /v1/wallets/{wallet}/policies/diff (operator, owner) and …/tighten (operator; answers PolicyView) */
export interface PolicyText {
  readonly policy: string;
}
/** One difference between two policy documents. */
export interface PolicyChangeView {
  /** Where in the document: `assets.SOL.perTransaction.autonomous`. */
  readonly path: string;
  /** Whether the agent may do more by it. */
  readonly effect: 'loosens' | 'tightens' | 'neutral';
  readonly before: string | null;
  readonly after: string | null;
  readonly sentence: string;
}
/** Against the document in force. */
export interface PolicyDiff {
  readonly changes: readonly PolicyChangeView[];
  /** Whether the operator may put it in force alone (…/tighten). */
  readonly tightensOnly: boolean;
  /** Spending limits on chain that a revision with this document would change; `null` where there is none before or after. */
  readonly limits: readonly { readonly asset: string; readonly before: ChainLimitView | null; readonly after: ChainLimitView | null }[];
}
export interface ChainLimitView {
  readonly amount: string;
  readonly periodSeconds: number;
  readonly destinations: readonly string[];
}
export interface ProposedPolicy {
  readonly revision: PolicyView;
  /** Against the document in force when it was proposed. */
  readonly changes: readonly PolicyChangeView[];
  readonly approval: ApprovalView;
}

export type ApprovalKind =
  | 'create_wallet'
  | 'install_policy'
  | 'approve_payment'
  | 'unfreeze'
  | 'rotate_agent_key'
  | 'replace_owner_key'
  | 'revoke_agent_key'
  | 'arm_lockdown'
  | 'make_recovery_kit';
export type ApprovalState = 'waiting' | 'executing' | 'done' | 'failed' | 'rejected' | 'expired' | 'void';
/** What an approval changes about a wallet's keys; addresses that stay are `null`, but for `recovery` and `feeAccount`, which are told as they will be. */
export interface WalletChangeView {
  readonly agent: string | null;
  readonly owner: string | null;
  readonly recovery: string | null;
  readonly feeAccount: string;
  /** Whose signature it takes: the owner's, or the recovery key's where the owner key is lost. */
  readonly consentOf: 'owner' | 'recovery';
  readonly reason: RotationReason | null;
}
/** GET /v1/approvals/{id} (operator, owner) answers this. */
export interface ApprovalView {
  readonly id: string;
  readonly wallet: string;
  readonly kind: ApprovalKind;
  readonly state: ApprovalState;
  readonly transaction: string | null;
  readonly policyRevision: number | null;
  readonly problem: string | null;
  /** What it changes about the wallet's keys; `null` for kinds that change none. */
  readonly change: WalletChangeView | null;
  /** What the transaction does, one sentence an effect; empty for what is about no transaction. */
  readonly effects: readonly string[];
  /** The rules that sent the transaction here, of the policy revision `policyRevision`; empty for what is about no transaction. */
  readonly because: readonly Violation[];
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
  /** The wallet's recovery key now; pinned by the bounds in force. */
  readonly recovery: string | null;
  readonly network: string;
  readonly statement: string | null;
  /** Base64, in landing order; of `arm_lockdown` and `make_recovery_kit` those of `kits`, in their order. */
  readonly messages: readonly string[];
  /** Of each message that is signed ahead of need; empty for all other kinds. */
  readonly kits: readonly PreparedKitView[];
  /** Base64 of what the vault shall do, for a delayed payment that the owner lets go early: the statement names its SHA-256. */
  readonly intent: string | null;
  /** The revision to install, for kinds that install one. */
  readonly policy: { readonly revision: number; readonly text: string; readonly bounds: string } | null;
  /** The document that decides now, and the limits that lie on chain; `null` before the first. */
  readonly inForce: PolicyInForceView | null;
  /** How the document to install differs from the one in force; empty where there are not two. */
  readonly changes: readonly PolicyChangeView[];
  /** For approve_payment: what the agent asked and why it came here. */
  readonly transaction: TransactionView | null;
  /** Recipients of the transaction that no payment of this wallet was finalized to yet. */
  readonly firstTimeRecipients: readonly string[];
  /** What the vault could spend when this was prepared; `null` where the chain could not be asked. */
  readonly balances: readonly BalanceView[] | null;
}
/** A message over a durable nonce: it stays good until the nonce moves. */
export interface PreparedKitView {
  readonly id: string;
  readonly purpose: KitPurpose;
  readonly durableNonce: { readonly account: string; readonly value: string };
  /** The spending limits that it removes; none for `recovery`. */
  readonly limits: readonly string[];
}
export interface PolicyInForceView {
  readonly revision: number;
  /** Of the latest tightening, `null` where there is none. */
  readonly tightening: number | null;
  readonly text: string;
  readonly policySha256: string;
}
/** POST /v1/approvals/{id}/approve (operator or owner: the signatures are the consent). */
export interface Approve {
  readonly statementSignature: string | null;
  readonly messageSignatures: readonly string[];
  /** The new owner's over the same statement, for replace_owner_key. */
  readonly newOwnerSignature?: string | null | undefined;
}
/** POST /v1/approvals/{id}/approve-here (operator), where the service is set to open the owner's sealed key for one action. */
export interface ApproveHere {
  readonly passphrase: string;
}
/** What was signed with the key that was opened: decoded from the exact bytes, one sentence an effect. */
export interface ApprovedHere {
  readonly approval: ApprovalView;
  readonly statement: string | null;
  readonly effects: readonly string[];
}
/**
 * POST /v1/approvals/{id}/reject. An operator gives at most a reason. The owner's veto of a payment is a `veto-request` statement with its
 * signature, and all that an owner's session can reject with.
 */
export interface Reject {
  readonly reason?: string | undefined;
  readonly statement?: string | undefined;
  readonly signature?: string | undefined;
}

/**
 * POST /v1/wallets/{wallet}/freeze (operator, agent of the wallet; or anyone who has a `freeze` statement of the owner and its signature, without
 * a credential).
 */
export interface Freeze {
  readonly reason?: string | undefined;
  readonly statement?: string | undefined;
  readonly signature?: string | undefined;
}
export interface FrozenView {
  readonly wallet: WalletView;
  readonly mayStillLand: readonly SignedBytesView[];
  readonly signerProblem: string | null;
}
/** Bytes that were signed: of a transaction of the agent, or of a change of the wallet (`transaction` is `null`). */
export interface SignedBytesView {
  readonly transaction: string | null;
  readonly signature: string | null;
  readonly state: string;
}
/** GET /v1/wallets/{wallet}/changes-since-freeze (operator, owner): for looking at before unfreezing. */
export interface ChangesSinceFreezeView {
  readonly frozenAt: string;
  readonly reason: string;
  /** A credential's id, `owner:<address>`, or `service`. */
  readonly by: string;
  /** What happened since, oldest first. */
  readonly entries: readonly AuditEntryView[];
  /** Whether there are older ones since the freeze than those given. */
  readonly hasMore: boolean;
  /** How the chain differs now from the policy in force; `null` when it cannot be asked. */
  readonly differencesOnChain: readonly string[] | null;
  /** What the watcher saw differ when it looked last, accounts and transactions of the vault too: what unfreezing accepts. */
  readonly seenByWatcher: readonly string[];
  readonly ended: readonly SignedBytesView[];
  readonly mayStillLand: readonly SignedBytesView[];
  /** The agent's limits were taken off the chain by a lockdown since. */
  readonly lockedDown: boolean;
  readonly keys: readonly KeyView[];
  readonly kits: readonly KitView[];
}
/** POST /v1/wallets/{wallet}/lockdown (operator): frozen at once, and the agent's limits leave the chain with what the owner signed ahead of need. */
export interface LockDown {
  readonly reason?: string | undefined;
}
export interface LockedDown {
  readonly frozen: FrozenView;
  /** What goes to the chain; empty where the owner never armed a lockdown: the wallet is frozen, and its limits stay on chain. */
  readonly armed: readonly KitView[];
}
// POST /v1/wallets/{wallet}/unfreeze (operator) answers ApprovalView, kind unfreeze.
// POST /v1/wallets/{wallet}/transactions/{id}/cancel (agent, operator) answers TransactionView.

export type KeyRole = 'agent' | 'owner' | 'recovery';
export type KeyState = 'generating' | 'active' | 'rotation_pending' | 'suspended' | 'revoked' | 'destroyed' | 'failed';
export type KeyNotice = 'none' | 'due_soon' | 'overdue' | 'called_for';
export type RotationReason = 'due' | 'failures_in_a_row' | 'anomaly' | 'violation_attempts' | 'manual' | 'lost';
/** GET /v1/wallets/{wallet}/keys: every key that the wallet has or had, newest first. */
export interface KeyView {
  readonly id: string;
  readonly wallet: string;
  readonly role: KeyRole;
  readonly address: string;
  readonly state: KeyState;
  /** Whether another one should take its place. */
  readonly notice: KeyNotice;
  /** Why, before its time. */
  readonly reason: RotationReason | null;
  readonly createdAt: string;
  /** Since when the chain knows it. */
  readonly activatedAt: string | null;
  readonly dueAt: string | null;
  readonly endedAt: string | null;
}
/** POST /v1/wallets/{wallet}/rotate-agent-key (operator) answers ApprovalView. `lost`: the signer no longer has the key. */
export interface RotateAgentKey {
  readonly reason?: 'manual' | 'anomaly' | 'lost' | undefined;
}
/** POST /v1/wallets/{wallet}/replace-owner-key (operator) answers ApprovalView. */
export interface ReplaceOwnerKey {
  readonly owner: string;
  /** `recovery`: the owner key is lost, and the recovery key, which is config authority by then, consents instead. `owner` when absent. */
  readonly consentOf?: 'owner' | 'recovery' | undefined;
}
// POST /v1/wallets/{wallet}/revoke-agent-key (operator) answers ApprovalView.
/** GET /v1/wallets/{wallet}/agent-backup (operator): the sealed key file; useless without the keystore's passphrase. */
export interface AgentBackup {
  readonly wallet: string;
  readonly agent: string;
  /** Base64. */
  readonly backup: string;
}
/** POST /v1/wallets/{wallet}/restore-agent-key (operator). */
export interface RestoreAgentKey {
  readonly backup: string;
}
export interface RestoredAgentKey {
  readonly wallet: string;
  readonly agent: string;
}

export type KitPurpose = 'lockdown' | 'recovery';
export type KitState = 'waiting' | 'armed' | 'called' | 'sent' | 'used' | 'stale' | 'void' | 'handed_out';
/** A transaction that the owner signed ahead of need, over a durable nonce of its own. */
export interface KitView {
  readonly id: string;
  readonly wallet: string;
  readonly approval: string;
  readonly purpose: KitPurpose;
  readonly part: number;
  readonly state: KitState;
  readonly nonceAccount: string;
  readonly limits: readonly string[];
  /** Of the transaction, once it is on its way. */
  readonly signature: string | null;
  readonly problem: string | null;
  readonly createdAt: string;
}
/** GET /v1/wallets/{wallet}/kits, newest first. */
export interface KitsView {
  readonly items: readonly KitView[];
  /** What is missing or no longer fits, one sentence each. */
  readonly warnings: readonly string[];
}
/** POST /v1/wallets/{wallet}/kits (operator) answers ApprovalView. */
export interface MakeKits {
  readonly purpose: KitPurpose;
}

/** POST /v1/sign-in/challenge (nobody's credential): what to sign, once. */
export interface AskSignIn {
  readonly owner: string;
}
export interface SignInChallengeView {
  /** The exact text to sign. */
  readonly text: string;
  readonly expiresAt: string;
}
/** POST /v1/sign-in (nobody's credential). */
export interface SignIn {
  readonly text: string;
  readonly signature: string;
}
/** A session of an owner: it reads, and hands in what the owner signed. The secret is shown this once. */
export interface SignedIn {
  readonly credential: CredentialView;
  readonly secret: string;
  readonly owner: string;
  readonly expiresAt: string;
}
// POST /v1/sign-out (owner) answers CredentialView.

export type Role = 'agent' | 'operator' | 'owner';
/** POST /v1/credentials (operator). An owner has none but the session of a sign-in. */
export interface CreateCredential {
  readonly role: 'agent' | 'operator';
  readonly wallet: string | null;
  readonly label: string;
}
export interface CredentialView {
  readonly id: string;
  readonly role: Role;
  /** The wallet that an agent's is for. */
  readonly wallet: string | null;
  /** The owner who signed in. */
  readonly owner: string | null;
  readonly label: string;
  readonly createdAt: string;
  readonly revokedAt: string | null;
  /** When it ends by itself. */
  readonly expiresAt: string | null;
}
/** The secret is shown this once. */
export interface CreatedCredential {
  readonly credential: CredentialView;
  readonly secret: string;
}
// POST /v1/credentials/{id}/revoke answers CredentialView. GET /v1/credentials?wallet=&role= answers { items }.
// GET /v1/whoami answers CredentialView.

// GET /v1/audit?chain=&before=&limit= (operator: all; owner, agent: own wallets)
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
