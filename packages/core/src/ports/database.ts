import type { Address } from '../domain/address.ts';
import type { ApprovalKind, ApprovalState } from '../domain/approval-states.ts';
import type { AttemptState } from '../domain/attempt-states.ts';
import type { AuditChain, AuditEntry, AuditEvent } from '../domain/audit.ts';
import type { Decision, Route } from '../domain/decision.ts';
import type { DomainError } from '../domain/errors.ts';
import type { WalletHistory } from '../domain/facts.ts';
import type { ApprovalId, AttemptId, CredentialId, KeyId, KitId, RequestId, WalletId } from '../domain/ids.ts';
import type { KeyRole, KeyState, RotationReason, WalletKey } from '../domain/key-states.ts';
import type { Kit, KitPurpose, KitState } from '../domain/kit.ts';
import type { RequestState } from '../domain/request-states.ts';
import type { Result } from '../domain/result.ts';
import type { Tightening } from '../domain/tightening.ts';
import type { Wallet, WalletRoles, WalletState } from '../domain/wallet.ts';
import type { IBudgetStore } from './budget-store.ts';
import type {
  Approval,
  Attempt,
  Credential,
  PolicyRevision,
  PolicyState,
  PreparedApproval,
  Role,
  SignInChallenge,
  TransactionRequest,
  WatchMark,
} from './records.ts';

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
  readonly keys: IKeyStore;
  readonly kits: IKitStore;
  readonly watchMarks: IWatchMarkStore;
  readonly signIns: ISignInStore;
  readonly audit: IAuditStore;
  readonly jobs: IJobStore;
}

/** The looking half of a transaction. */
export interface IReader {
  readonly wallets: Pick<IWalletStore, 'get' | 'list' | 'ofOwner'>;
  readonly policies: Pick<IPolicyStore, 'get' | 'active' | 'list' | 'tightenings'>;
  readonly requests: Pick<IRequestStore, 'get' | 'list' | 'undecided'>;
  readonly attempts: Pick<IAttemptStore, 'get' | 'getMany' | 'ofApproval' | 'ofRequest' | 'ofSignatures' | 'ofWallet' | 'unsettled'>;
  readonly approvals: Pick<IApprovalStore, 'get' | 'ofRequest' | 'list' | 'overdue' | 'releasable'>;
  readonly credentials: Pick<ICredentialStore, 'byHash' | 'get' | 'list'>;
  readonly idempotency: Pick<IIdempotencyStore, 'find'>;
  readonly statements: Pick<IStatementStore, 'ofRevision' | 'ofNonce'>;
  readonly receipts: Pick<IReceiptStore, 'list'>;
  readonly keys: Pick<IKeyStore, 'live' | 'list' | 'ofAddress' | 'due'>;
  readonly kits: Pick<IKitStore, 'get' | 'list' | 'ofApproval'>;
  readonly watchMarks: Pick<IWatchMarkStore, 'get'>;
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
  /** Every wallet of this owner address, newest first. */
  ofOwner(owner: Address): Promise<readonly Wallet[]>;
  /**
   * Replaces the wallet's keys; `false` when they were not `from`. INVARIANT I8: the database refuses any but those of the `change` of the approval
   * in `rekeyingBy` that is executing or done; the recovery key alone may also follow an `install_policy` that is not older than the revision in force.
   */
  rekey(id: WalletId, from: WalletRoles, to: WalletRoles): Moved;
  move(id: WalletId, from: WalletState, to: WalletState, change: { readonly frozenReason: string | null }): Moved;
  setPolicyRevision(id: WalletId, from: number | null, to: number): Moved;
  /** Begins (`from` is `null`) or ends (`to` is `null`) a change of the wallet's keys; only an open approval of `REKEYING_KINDS` begins one. */
  setRekeying(id: WalletId, from: ApprovalId | null, to: ApprovalId | null): Moved;
}

export interface IPolicyStore {
  insert(revision: PolicyRevision): Promise<void>;
  /** The revision of this number that was not voided, with its latest tightening. */
  get(walletId: WalletId, revision: number): Promise<PolicyRevision | null>;
  /** With its latest tightening. */
  active(walletId: WalletId): Promise<PolicyRevision | null>;
  /** Adds a tightening to a revision; `false` when that number is taken or the revision is not the active one. */
  tighten(walletId: WalletId, revision: number, tightening: Tightening): Moved;
  /** All of a revision, newest first. */
  tightenings(walletId: WalletId, revision: number): Promise<readonly Tightening[]>;
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
  /** Attempts of the wallet whose signature is one of these, in no order. */
  ofSignatures(walletId: WalletId, signatures: readonly string[]): Promise<readonly Attempt[]>;
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
  /** One that ended by itself, by the database's clock, is not given. */
  byHash(hash: Uint8Array): Promise<Credential | null>;
  get(id: CredentialId): Promise<Credential | null>;
  list(filter: { readonly walletId: WalletId | null; readonly role: Role | null }): Promise<readonly Credential[]>;
  revoke(id: CredentialId, atMs: number): Moved;
  /** Deletes credentials that ended by themselves before `beforeMs`; returns how many. */
  forgetExpired(beforeMs: number, limit: number): Promise<number>;
}

export interface IKeyStore {
  insert(key: WalletKey): Promise<void>;
  /** The key in one of `LIVE_KEY_STATES`, of which a wallet has at most one a role. */
  live(walletId: WalletId, role: KeyRole): Promise<WalletKey | null>;
  /** The one that did not fail, else the newest. */
  ofAddress(walletId: WalletId, address: Address): Promise<WalletKey | null>;
  /** All that ever were, newest first. */
  list(walletId: WalletId): Promise<readonly WalletKey[]>;
  /** Live keys over all wallets whose `dueAtMs` is before this moment or that are called for, earliest due first. */
  due(beforeMs: number, limit: number): Promise<readonly WalletKey[]>;
  move(
    id: KeyId,
    from: KeyState,
    to: KeyState,
    change: {
      readonly activatedAtMs?: number;
      readonly dueAtMs?: number | null;
      readonly endedAtMs?: number;
      readonly rotationReason?: RotationReason | null;
    },
  ): Moved;
  /** Says that a live key should be replaced; the first reason stands. `false` when there was one or the key is not live. */
  callForRotation(id: KeyId, reason: RotationReason): Moved;
  /** Notes that people were reminded of a live key; `false` where that happened at or after `sinceMs`, so that of several replicas one reminds. */
  remind(id: KeyId, atMs: number, sinceMs: number): Moved;
}

export interface IKitStore {
  insert(kit: Kit): Promise<void>;
  get(id: KitId): Promise<Kit | null>;
  /** In the order of `part`. */
  ofApproval(approvalId: ApprovalId): Promise<readonly Kit[]>;
  /** Newest first. */
  list(walletId: WalletId, filter: { readonly purpose: KitPurpose | null; readonly states: readonly KitState[] }): Promise<readonly Kit[]>;
  move(
    id: KitId,
    from: KitState,
    to: KitState,
    change: { readonly sealedSignature?: Uint8Array; readonly wire?: Uint8Array; readonly signature?: string; readonly problem?: string },
  ): Moved;
}

export interface IWatchMarkStore {
  get(walletId: WalletId): Promise<WatchMark | null>;
  /** Replaces the mark; `false` (and nothing changed) when the stored one is of a later slot. */
  put(mark: WatchMark): Moved;
}

export interface ISignInStore {
  insert(challenge: SignInChallenge): Promise<void>;
  /** Uses a challenge up: gives it once, and never after it expired. INVARIANT I6. */
  take(nonce: string, nowMs: number): Promise<SignInChallenge | null>;
  /** Deletes what expired before `beforeMs`; returns how many. */
  forgetExpired(beforeMs: number, limit: number): Promise<number>;
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

export interface SignedStatement {
  readonly text: string;
  readonly signature: Uint8Array;
  readonly secondSignature: Uint8Array | null;
}

export interface IStatementStore {
  /** Uses a statement's nonce up; `false` when it was used before (INVARIANT I6). */
  use(entry: {
    readonly walletId: WalletId;
    readonly nonce: string;
    readonly text: string;
    readonly signature: Uint8Array;
    /** The new owner's, for `replace-owner-key`. */
    readonly secondSignature: Uint8Array | null;
    readonly atMs: number;
  }): Promise<boolean>;
  /** The signed statement that brings a revision into force (`isInstalling`), the latest where there are several, for giving bounds to the signer. */
  ofRevision(walletId: WalletId, revision: number): Promise<SignedStatement | null>;
  /** The one that was used with this nonce: what an approval goes on with after a crash. */
  ofNonce(walletId: WalletId, nonce: string): Promise<SignedStatement | null>;
}

export interface IReceiptStore {
  /** `agent` is the key that signed: receipts of another key mean nothing to it. */
  append(walletId: WalletId, agent: Address, receipt: Uint8Array, atMs: number): Promise<void>;
  /** Oldest first, at most `limit` of the newest, of this key. */
  list(walletId: WalletId, agent: Address, limit: number): Promise<readonly Uint8Array[]>;
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
  | { readonly kind: 'decide-again'; readonly requestId: RequestId }
  /** Takes the agent's limits off the chain with what the owner signed ahead of need. */
  | { readonly kind: 'lock-down'; readonly walletId: WalletId };

export interface IJobStore {
  /**
   * Enqueued in this transaction: the job exists when and only when the transaction commits. Delivered at least once. `urgent`: before all that are
   * due and are not.
   */
  enqueue(job: Job, options: { readonly startAfterMs: number; readonly urgent?: boolean }): Promise<void>;
}

/** Runs jobs. Handlers are idempotent; a handler that throws is run again. */
export interface IJobRunner {
  start(handlers: {
    readonly advanceAttempts: (ids: readonly AttemptId[]) => Promise<void>;
    readonly expireApprovals: () => Promise<void>;
    readonly releasePayment: (id: ApprovalId) => Promise<void>;
    readonly decideAgain: (id: RequestId) => Promise<void>;
    readonly lockDown: (id: WalletId) => Promise<void>;
  }): Promise<void>;
  stop(): Promise<void>;
}
