import type { RotationReason } from './keys.ts';
import type { KitPurpose } from './kits.ts';
import type { PolicyChangeView } from './policies.ts';
import type { TransactionView, Violation } from './transactions.ts';
import type { BalanceView } from './wallets.ts';

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
