import type { Address } from '../domain/address.ts';
import type { ApprovalKind, ApprovalState } from '../domain/approval-states.ts';
import type { AttemptState } from '../domain/attempt-states.ts';
import type { AuditChain, AuditEntry, AuditEvent } from '../domain/audit.ts';
import type { Decision, Route } from '../domain/decision.ts';
import type { DomainError } from '../domain/errors.ts';
import type { WalletHistory } from '../domain/facts.ts';
import type { ApprovalId, AttemptId, CredentialId, RequestId, WalletId } from '../domain/ids.ts';
import type { RequestState } from '../domain/request-states.ts';
import type { Result } from '../domain/result.ts';
import type { Wallet, WalletState } from '../domain/wallet.ts';
import type { IBudgetStore } from './budget-store.ts';
import type { Approval, Attempt, Credential, PolicyRevision, PolicyState, PreparedApproval, Role, TransactionRequest } from './records.ts';

/** The truth. All state lives here; nothing that keeps money safe lives elsewhere. */
export interface IDatabase {
  /**
   * Runs `work` in one transaction. An `ok` result commits; a failed result rolls back and is returned. A lost connection or a
   * serialization failure is `database_unavailable`; it is retried here only when `retry` is given, and may only be given where nothing
   * leaves the process inside `work`.
   */
  transact<T>(
    work: (tx: ITransaction) => Promise<Result<T, DomainError>>,
    options?: { readonly retry: 'nothing-leaves-the-process' },
  ): Promise<Result<T, DomainError>>;
  /**
   * Looks, without a transaction: each statement sees what was committed when it ran. For showing and planning, never for deciding. Tried
   * again by itself when the connection is lost.
   */
  read<T>(work: (reader: IReader) => Promise<Result<T, DomainError>>): Promise<Result<T, DomainError>>;
  health(): Promise<{ readonly reachable: boolean; readonly problem: string | null }>;
}

/** A page of a list, newest first. `cursor` is the id after which to go on. */
export interface Page<Id> {
  readonly limit: number;
  readonly cursor: Id | null;
}

/** A move that names the state it expects; `false` when the row was not in it: somebody else was first. */
export type Moved = Promise<boolean>;

/** Calls run in the order in which they are made; several may be made before the first is awaited, and then travel together. */
export interface ITransaction {
  /** The database's clock now, Unix milliseconds; never before any earlier decision of the locked wallet. */
  nowMs(): Promise<number>;
  readonly wallets: IWalletStore;
  readonly policies: IPolicyStore;
  readonly requests: IRequestStore;
  readonly attempts: IAttemptStore;
  readonly budgets: IBudgetStore;
  readonly approvals: IApprovalStore;
  readonly credentials: ICredentialStore;
  readonly idempotency: IIdempotencyStore;
  readonly statements: IStatementStore;
  readonly receipts: IReceiptStore;
  readonly audit: IAuditStore;
  readonly jobs: IJobStore;
}

/** The looking half of a transaction. */
export interface IReader {
  readonly wallets: Pick<IWalletStore, 'get' | 'list'>;
  readonly policies: Pick<IPolicyStore, 'get' | 'active' | 'list'>;
  readonly requests: Pick<IRequestStore, 'get' | 'list' | 'undecided'>;
  readonly attempts: Pick<IAttemptStore, 'get' | 'getMany' | 'ofApproval' | 'ofRequest' | 'ofWallet' | 'unsettled'>;
  readonly approvals: Pick<IApprovalStore, 'get' | 'ofRequest' | 'list' | 'overdue' | 'releasable'>;
  readonly credentials: Pick<ICredentialStore, 'byHash' | 'get' | 'list'>;
  readonly idempotency: Pick<IIdempotencyStore, 'find'>;
  readonly statements: Pick<IStatementStore, 'ofRevision'>;
  readonly receipts: Pick<IReceiptStore, 'list'>;
  readonly audit: Pick<IAuditStore, 'read' | 'chains' | 'list' | 'head'>;
}

export interface IWalletStore {
  insert(wallet: Wallet): Promise<void>;
  get(id: WalletId): Promise<Wallet | null>;
  /** Takes the wallet's row lock to the end of the transaction: every decision, freeze and budget change happens under it. */
  lock(id: WalletId): Promise<Wallet | null>;
  /**
   * The same for this wallet and every other of the same owner, in the order of their ids, so that two decisions never wait for each other
   * in a ring; the wallet asked for comes first in the answer.
   */
  lockWithSiblings(id: WalletId): Promise<readonly Wallet[]>;
  /** Shares the row lock: many may sign side by side, and none while a freeze commits (INVARIANT I7). */
  lockShared(id: WalletId): Promise<Wallet | null>;
  list(page: Page<WalletId>): Promise<readonly Wallet[]>;
  move(id: WalletId, from: WalletState, to: WalletState, change: { readonly frozenReason: string | null }): Moved;
  setPolicyRevision(id: WalletId, from: number | null, to: number): Moved;
}

export interface IPolicyStore {
  insert(revision: PolicyRevision): Promise<void>;
  /** The revision of this number that was not voided. */
  get(walletId: WalletId, revision: number): Promise<PolicyRevision | null>;
  active(walletId: WalletId): Promise<PolicyRevision | null>;
  /** All that were ever proposed, newest first. */
  list(walletId: WalletId): Promise<readonly PolicyRevision[]>;
  move(walletId: WalletId, revision: number, from: PolicyState, to: PolicyState, atMs: number): Moved;
}

export interface IRequestStore {
  insert(request: TransactionRequest): Promise<void>;
  get(id: RequestId): Promise<TransactionRequest | null>;
  list(walletId: WalletId, page: Page<RequestId> & { readonly state: RequestState | null }): Promise<readonly TransactionRequest[]>;
  /** What happened in the wallet before, as far as it is asked; costs the same however much that was. */
  history(
    walletId: WalletId,
    asked: {
      readonly recipients: readonly Address[];
      /** Count denials at or after this moment, Unix milliseconds, up to `mostDenials`. */
      readonly denialsSinceMs: number;
      readonly mostDenials: number;
      readonly mostFailures: number;
    },
  ): Promise<WalletHistory>;
  /** Requests in `received` that nobody has decided on since `beforeMs`, oldest first. */
  undecided(beforeMs: number, limit: number): Promise<readonly TransactionRequest[]>;
  /** Says what is in the way of a request that is still being worked on. */
  note(id: RequestId, problem: string): Promise<void>;
  move(
    id: RequestId,
    from: RequestState,
    to: RequestState,
    change: {
      readonly atMs: number;
      readonly signature?: string;
      readonly problem?: string;
      readonly decision?: Decision;
      readonly route?: Route;
    },
  ): Moved;
}

export interface IAttemptStore {
  insert(attempt: Attempt): Promise<void>;
  get(id: AttemptId): Promise<Attempt | null>;
  getMany(ids: readonly AttemptId[]): Promise<readonly Attempt[]>;
  /** The attempt of the request that may still land, if any. */
  liveOfRequest(requestId: RequestId): Promise<Attempt | null>;
  /** Every attempt of the request, oldest first. */
  ofRequest(requestId: RequestId): Promise<readonly Attempt[]>;
  ofApproval(approvalId: ApprovalId): Promise<readonly Attempt[]>;
  /** Signed-or-later attempts of the wallet on the countersigned route that may still land. */
  liveCountersigned(walletId: WalletId): Promise<readonly Attempt[]>;
  /** Attempts of the wallet in one of these states, oldest first. */
  ofWallet(walletId: WalletId, states: readonly AttemptState[]): Promise<readonly Attempt[]>;
  /** Attempts in any live state but `prepared` with an owner's approval pending, oldest first: what the reconciler looks at. */
  unsettled(limit: number): Promise<readonly Attempt[]>;
  move(
    id: AttemptId,
    from: AttemptState,
    to: AttemptState,
    change: { readonly wire?: Uint8Array; readonly signature?: string; readonly problem?: string },
  ): Moved;
}

export interface IApprovalStore {
  insert(approval: Approval): Promise<void>;
  get(id: ApprovalId): Promise<Approval | null>;
  lock(id: ApprovalId): Promise<Approval | null>;
  ofRequest(requestId: RequestId): Promise<Approval | null>;
  list(
    filter: { readonly walletId: WalletId | null; readonly state: ApprovalState | null; readonly kind: ApprovalKind | null },
    page: Page<ApprovalId>,
  ): Promise<readonly Approval[]>;
  /** Approvals in `waiting` whose `expiresAtMs` has passed and that are not about to be released. */
  overdue(nowMs: number, limit: number): Promise<readonly Approval[]>;
  /** Approvals in `waiting` whose `releasesAtMs` has come. */
  releasable(nowMs: number, limit: number): Promise<readonly Approval[]>;
  prepare(id: ApprovalId, prepared: PreparedApproval | null): Promise<void>;
  /** It waits for the owner from now on: `releasesAtMs` becomes `null`, if it is still `waiting`. */
  holdBack(id: ApprovalId, problem: string): Moved;
  /** Says what is in the way of an approval that is still being worked on. */
  note(id: ApprovalId, problem: string): Promise<void>;
  /** A move to `executing` also makes `releasesAtMs` `null`. */
  move(id: ApprovalId, from: ApprovalState, to: ApprovalState, change: { readonly problem?: string }): Moved;
}

export interface ICredentialStore {
  /** `hash` is the SHA-256 of the secret; the secret itself is never stored. */
  insert(credential: Credential, hash: Uint8Array): Promise<void>;
  byHash(hash: Uint8Array): Promise<Credential | null>;
  get(id: CredentialId): Promise<Credential | null>;
  list(filter: { readonly walletId: WalletId | null; readonly role: Role | null }): Promise<readonly Credential[]>;
  revoke(id: CredentialId, atMs: number): Moved;
}

/** The first answer to a key, byte for byte. */
export interface KeptAnswer {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
}
export interface IdempotentRequest {
  readonly fingerprint: string;
  readonly requestId: RequestId;
  /** `null` while the first answer has not been given. */
  readonly answer: KeptAnswer | null;
}

export interface IIdempotencyStore {
  /**
   * Claims a key for a request, or tells who has it. A second claim of a key that is being claimed waits for the first to commit or roll
   * back. Scoped to the credential.
   */
  claim(entry: {
    readonly credentialId: CredentialId;
    readonly key: string;
    readonly fingerprint: string;
    readonly requestId: RequestId;
    readonly atMs: number;
  }): Promise<{ readonly kind: 'claimed' } | { readonly kind: 'taken'; readonly fingerprint: string; readonly requestId: RequestId }>;
  find(credentialId: CredentialId, key: string): Promise<IdempotentRequest | null>;
  /** Keeps the answer that was given, once; a later answer to the same key changes nothing. */
  keepAnswer(credentialId: CredentialId, key: string, answer: KeptAnswer): Promise<void>;
  /** Forgets keys claimed before `beforeMs` whose requests are at their end; returns how many. */
  forget(beforeMs: number, limit: number): Promise<number>;
}

export interface IStatementStore {
  /** Uses a statement's nonce up; `false` when it was used before (INVARIANT I6). */
  use(entry: {
    readonly walletId: WalletId;
    readonly nonce: string;
    readonly text: string;
    readonly signature: Uint8Array;
    readonly atMs: number;
  }): Promise<boolean>;
  /** The signed statement that installed a revision, for giving bounds to a restarted signer. */
  ofRevision(walletId: WalletId, revision: number): Promise<{ readonly text: string; readonly signature: Uint8Array } | null>;
}

export interface IReceiptStore {
  append(walletId: WalletId, receipt: Uint8Array, atMs: number): Promise<void>;
  /** Oldest first, at most `limit` of the newest. */
  list(walletId: WalletId, limit: number): Promise<readonly Uint8Array[]>;
}

/** INVARIANT I10: appended in the transaction that it records; when it cannot be written, the action does not happen. */
export interface IAuditStore {
  append(events: readonly AuditEvent[], atMs: number): Promise<void>;
  /** Takes the lock that `append` needs, early, so that it can travel with other statements. */
  hold(chain: AuditChain): Promise<void>;
  /** Entries of one chain in order, from `from`. */
  read(chain: AuditChain, from: bigint, limit: number): Promise<readonly AuditEntry[]>;
  chains(): Promise<readonly AuditChain[]>;
  /** Newest first over all chains or one. */
  list(chain: AuditChain | null, page: { readonly limit: number; readonly beforeSequence: bigint | null }): Promise<readonly AuditEntry[]>;
  /** The last sequence and hash that the chain's head row tells. */
  head(chain: AuditChain): Promise<{ readonly sequence: bigint; readonly hash: string } | null>;
}

export type Job =
  /** Looks at one attempt: send, confirm, settle, expire. */
  | { readonly kind: 'advance-attempt'; readonly attemptId: AttemptId }
  /** Ends approvals that nobody answered in time, releases payments whose delay is over, forgets old idempotency keys. */
  | { readonly kind: 'expire-approvals' }
  /** Releases one payment whose delay is over. */
  | { readonly kind: 'release-payment'; readonly approvalId: ApprovalId }
  /** Decides again on a request whose attempt provably cannot land. */
  | { readonly kind: 'decide-again'; readonly requestId: RequestId };

export interface IJobStore {
  /** Enqueued in this transaction: the job exists when and only when the transaction commits. Delivered at least once. */
  enqueue(job: Job, options: { readonly startAfterMs: number }): Promise<void>;
}

/** Runs jobs. Handlers are idempotent; a handler that throws is run again. */
export interface IJobRunner {
  start(handlers: {
    readonly advanceAttempts: (ids: readonly AttemptId[]) => Promise<void>;
    readonly expireApprovals: () => Promise<void>;
    readonly releasePayment: (id: ApprovalId) => Promise<void>;
    readonly decideAgain: (id: RequestId) => Promise<void>;
  }): Promise<void>;
  stop(): Promise<void>;
}
