import type {
  Address,
  Approval,
  Attempt,
  AttemptId,
  AuditChain,
  AuditEntry,
  Credential,
  CredentialId,
  Holding,
  IdempotentRequest,
  Job,
  Kit,
  Metered,
  PolicyRevision,
  SignInChallenge,
  Tightening,
  TransactionRequest,
  Wallet,
  WalletId,
  WalletKey,
  WatchMark,
} from '@countersign/core';

/** A wallet with the moment of its latest reservation or settlement, before which its clock never stands. */
export interface WalletRow {
  readonly wallet: Wallet;
  readonly lastDecisionAtMs: number;
}
export interface PolicyRow extends Omit<PolicyRevision, 'tightening'> {
  /** From 1, in the order in which they were proposed. */
  readonly proposal: number;
}
export interface TighteningRow extends Tightening {
  readonly walletId: WalletId;
  readonly revision: number;
}
export interface CredentialRow {
  readonly credential: Credential;
  /** SHA-256 of the secret, lower-case hex. */
  readonly hash: string;
}
/** What an attempt holds, all meters together. */
export interface ReservationRow {
  readonly attemptId: AttemptId;
  readonly walletId: WalletId;
  readonly holding: Holding;
  readonly reservedAtMs: number;
  readonly state: 'open' | 'settled' | 'released';
  /** What really moved, when it is settled. */
  readonly settled: readonly Metered[];
  readonly settledAtMs: number | null;
}
export interface IdempotencyRow extends IdempotentRequest {
  readonly credentialId: CredentialId;
  readonly key: string;
  readonly atMs: number;
}
export interface StatementRow {
  readonly walletId: WalletId;
  readonly nonce: string;
  readonly text: string;
  readonly signature: Uint8Array;
  readonly secondSignature: Uint8Array | null;
  /** The revision that an installing statement names. */
  readonly revision: number | null;
  readonly atMs: number;
}
export interface ReceiptRow {
  readonly walletId: WalletId;
  readonly agent: Address;
  readonly receipt: Uint8Array;
}
/** A key, with when people were last told that it is due. */
export interface KeyRow extends WalletKey {
  readonly remindedAtMs: number | null;
}
export interface HeadRow {
  readonly chain: AuditChain;
  readonly entries: readonly AuditEntry[];
}

/** Every table with what its rows are; a row's key is its id, or what its primary key is made of, with `/` between. */
export interface Rows {
  wallets: WalletRow;
  policies: PolicyRow;
  tightenings: TighteningRow;
  credentials: CredentialRow;
  requests: TransactionRequest;
  approvals: Approval;
  attempts: Attempt;
  reservations: ReservationRow;
  idempotency: IdempotencyRow;
  statements: StatementRow;
  receipts: ReceiptRow;
  keys: KeyRow;
  kits: Kit;
  watchMarks: WatchMark;
  signIns: SignInChallenge;
  audit: HeadRow;
}
export type TableName = keyof Rows;
export type Tables = { readonly [Name in TableName]: Map<string, Rows[Name]> };

export function createTables(): Tables {
  return {
    wallets: new Map(),
    policies: new Map(),
    tightenings: new Map(),
    credentials: new Map(),
    requests: new Map(),
    approvals: new Map(),
    attempts: new Map(),
    reservations: new Map(),
    idempotency: new Map(),
    statements: new Map(),
    receipts: new Map(),
    keys: new Map(),
    kits: new Map(),
    watchMarks: new Map(),
    signIns: new Map(),
    audit: new Map(),
  };
}

/** One row that a transaction wrote: what was committed before it, and what is now; `after` is `null` for a row that was removed. */
export type Change = {
  readonly [Name in TableName]: {
    readonly table: Name;
    readonly key: string;
    readonly before: Rows[Name] | null;
    readonly after: Rows[Name] | null;
  };
}[TableName];

/** What became true at once. */
export interface Commit {
  readonly atMs: number;
  readonly changes: readonly Change[];
  readonly jobs: readonly EnqueuedJob[];
}
export interface EnqueuedJob {
  readonly job: Job;
  readonly dueMs: number;
}
