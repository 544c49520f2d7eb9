import type { Address } from '../domain/address.ts';
import type { ApprovalKind, ApprovalState } from '../domain/approval-states.ts';
import type { AttemptState } from '../domain/attempt-states.ts';
import type { Decision, Route } from '../domain/decision.ts';
import type { ApprovalId, AttemptId, CredentialId, KitId, RequestId, WalletId } from '../domain/ids.ts';
import type { Holding } from '../domain/meter.ts';
import type { RequestState } from '../domain/request-states.ts';
import type { Tightening } from '../domain/tightening.ts';
import type { WalletChange } from '../domain/wallet-change.ts';
import type { PlannedLimit, RequestedAction } from './blockchain-adapter.ts';

/** `proposed`: waits for the owner and the chain. `active`: in force; one a wallet. `superseded`: was in force. `void`: never came into force. */
export type PolicyState = 'proposed' | 'active' | 'superseded' | 'void';

export interface PolicyRevision {
  readonly walletId: WalletId;
  readonly revision: number;
  readonly state: PolicyState;
  /** The exact document that the owner signs the hash of. */
  readonly text: string;
  readonly policySha256: string;
  /** What the operator tightened since, alone and in the server only; `null` where nothing. It takes the document's place in every decision. */
  readonly tightening: Tightening | null;
  /** Deterministic CBOR for the signer. */
  readonly bounds: Uint8Array;
  readonly boundsSha256: string;
  readonly limits: readonly PlannedLimit[];
  readonly createdAtMs: number;
  readonly activatedAtMs: number | null;
}

export interface TransactionRequest {
  readonly id: RequestId;
  readonly walletId: WalletId;
  readonly credentialId: CredentialId;
  readonly state: RequestState;
  readonly action: RequestedAction;
  /** What it does, one sentence an effect, as decoded when it was decided on. */
  readonly effects: readonly string[];
  readonly route: Route | null;
  readonly decision: Decision;
  /** Inner message bytes that a countersignature is about; pinned. `null` on the autonomous route. */
  readonly intent: Uint8Array | null;
  /** Signature of the attempt that was sent last, base58. */
  readonly signature: string | null;
  /** Why it ended without landing, in words. */
  readonly problem: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** One set of bytes. It belongs to a request, or to an approval that changes the wallet itself, or (countersigned payments) to both. */
export interface Attempt {
  readonly id: AttemptId;
  readonly walletId: WalletId;
  readonly requestId: RequestId | null;
  readonly approvalId: ApprovalId | null;
  /** Position among the transactions of one approval, from 0; they land in this order. */
  readonly step: number;
  readonly state: AttemptState;
  readonly message: Uint8Array;
  readonly lastValidBlockHeight: bigint;
  /** Signed transaction; persisted before it is sent (INVARIANT I2). */
  readonly wire: Uint8Array | null;
  readonly signature: string | null;
  /** What it holds of the budgets; `null` when it moves nothing of the vault. */
  readonly holding: Holding | null;
  readonly problem: string | null;
  readonly createdAtMs: number;
}

export interface Approval {
  readonly id: ApprovalId;
  readonly walletId: WalletId;
  readonly kind: ApprovalKind;
  readonly state: ApprovalState;
  readonly requestId: RequestId | null;
  /** The revision to install (`create_wallet`, `install_policy`), or the one under which the request was judged. */
  readonly policyRevision: number | null;
  /** What it changes about the wallet's keys; `null` for kinds that change none. */
  readonly change: WalletChange | null;
  /** What was last handed to the owner to sign; `null` until the first time. */
  readonly prepared: PreparedApproval | null;
  readonly problem: string | null;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** When a delayed payment goes without the owner, unless it is rejected before; `null` for what needs the owner. */
  readonly releasesAtMs: number | null;
}

export interface PreparedApproval {
  /** Exact text of the owner statement, where the kind has one. */
  readonly statement: string | null;
  /** Attempts in the order in which they land. */
  readonly attemptIds: readonly AttemptId[];
  /** What is signed ahead of need, in order; none but for `arm_lockdown` and `make_recovery_kit`. */
  readonly kitIds: readonly KitId[];
  /** SHA-256 of the policy in force when it was prepared; another one in force at approval voids it (INVARIANT I6). */
  readonly underPolicySha256: string | null;
  readonly preparedAtMs: number;
}

/** `owner`: a session of an owner who signed in; it reads, and hands in what the owner signed. */
export type Role = 'agent' | 'operator' | 'owner';

export interface Credential {
  readonly id: CredentialId;
  readonly role: Role;
  /** The wallet that an agent credential is for; `null` for operators and owners. */
  readonly walletId: WalletId | null;
  /** The owner who signed in; `null` for agents and operators. */
  readonly owner: Address | null;
  readonly label: string;
  readonly createdAtMs: number;
  readonly revokedAtMs: number | null;
  /** When it ends by itself; `null` for credentials that do not. */
  readonly expiresAtMs: number | null;
}

/** How far the watcher has seen a wallet, so that it goes on from there after downtime (INVARIANT I11). */
export interface WatchMark {
  readonly walletId: WalletId;
  /** Finalized slot up to which the wallet was compared. */
  readonly slot: bigint;
  /** Of each account of the vault that was looked at: the newest finalized signature seen, base58; `null` where there was none. */
  readonly newest: readonly { readonly account: Address; readonly signature: string | null }[];
  /** What the chain held at `slot`, for telling before from after. */
  readonly seen: WatchedState;
  readonly atMs: number;
}

/** What is compared with what was expected, as the chain told it at one slot. Plain JSON: amounts are decimal strings. docs/spec/watching.md. */
export interface WatchedState {
  readonly balances: readonly {
    readonly account: Address;
    readonly asset: string;
    readonly amount: string;
    readonly closeAuthority: Address | null;
  }[];
  /** The slot at which the balances were read: not later than the mark's own. */
  readonly balancesSlot: string;
  readonly transactionIndex: string;
  /** What differed when it was compared last, in words; none when everything was as expected. */
  readonly differences: readonly string[];
  /** The differences that people were told of and that are still there. */
  readonly told: readonly string[];
  /** In how many rounds in a row, until now, it could not be compared. */
  readonly missed: number;
}

/** A question that a sign-in message answers, once. */
export interface SignInChallenge {
  readonly nonce: string;
  /** The exact text to sign. */
  readonly text: string;
  readonly owner: Address;
  readonly expiresAtMs: number;
}
