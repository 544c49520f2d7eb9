import { fail, ok, type Result } from '@countersign/core';
import { z } from 'zod';
import type * as http from './http-contract.ts';
import { eachItem } from './pages.ts';
import { type Call, type ClientOptions, type ClientProblem, createSend } from './request.ts';
import * as schemas from './schemas/index.ts';

type Answer<T> = Promise<Result<T, ClientProblem>>;
type List<T> = Answer<schemas.PageOf<T>>;
type Every<T> = AsyncGenerator<Result<T, ClientProblem>, void, void>;

/** What `pay` answers: the transaction as it stands, and whether the key had been used before, so that nothing new was done. */
export interface Paid {
  readonly transaction: http.TransactionView;
  readonly replayed: boolean;
}

/**
 * The service over HTTP, one method per route. Nothing here throws for what the service or the network does: a refusal is a `Problem`,
 * a denied payment one with `code: 'payment_denied'` and the violations (see `asPaymentDenied`), silence a `TransportProblem`.
 */
export interface CountersignClient {
  createWallet(body: http.CreateWallet): Answer<http.CreatedWallet>;
  getWallet(wallet: string): Answer<http.WalletView>;
  listWallets(query?: schemas.WalletsQuery): List<http.WalletView>;
  eachWallet(): Every<http.WalletView>;
  proposePolicy(wallet: string, body: http.ProposePolicy): Answer<http.ProposedPolicy>;
  listPolicies(wallet: string): List<http.PolicyView>;
  diffPolicy(wallet: string, body: http.PolicyText): Answer<http.PolicyDiff>;
  tightenPolicy(wallet: string, body: http.PolicyText): Answer<http.PolicyView>;

  /** With a statement of the owner it needs no credential. */
  freeze(wallet: string, body?: http.Freeze): Answer<http.FrozenView>;
  requestUnfreeze(wallet: string): Answer<http.ApprovalView>;
  changesSinceFreeze(wallet: string): Answer<http.ChangesSinceFreezeView>;
  lockDown(wallet: string, body?: http.LockDown): Answer<http.LockedDown>;

  listKeys(wallet: string): List<http.KeyView>;
  rotateAgentKey(wallet: string, body?: http.RotateAgentKey): Answer<http.ApprovalView>;
  replaceOwnerKey(wallet: string, body: http.ReplaceOwnerKey): Answer<http.ApprovalView>;
  revokeAgentKey(wallet: string): Answer<http.ApprovalView>;
  getAgentBackup(wallet: string): Answer<http.AgentBackup>;
  restoreAgentKey(wallet: string, body: http.RestoreAgentKey): Answer<http.RestoredAgentKey>;
  listKits(wallet: string): Answer<http.KitsView>;
  makeKits(wallet: string, body: http.MakeKits): Answer<http.ApprovalView>;

  /**
   * A payment, or a message of the agent's own. The same key with the same body gives the same first answer, however often it is sent: repeat
   * after a `TransportProblem`.
   */
  pay(wallet: string, asked: http.CreateTransaction, idempotencyKey: string): Answer<Paid>;
  dryRun(wallet: string, asked: http.CreateTransaction): Answer<http.DryRunView>;
  getTransaction(wallet: string, id: string): Answer<http.TransactionView>;
  listTransactions(wallet: string, query?: schemas.TransactionsQuery): List<http.TransactionView>;
  eachTransaction(wallet: string, query?: Omit<schemas.TransactionsQuery, 'cursor'>): Every<http.TransactionView>;
  cancelTransaction(wallet: string, id: string): Answer<http.TransactionView>;

  getApproval(id: string): Answer<http.ApprovalView>;
  listApprovals(query?: schemas.ApprovalsQuery): List<http.ApprovalView>;
  eachApproval(query?: Omit<schemas.ApprovalsQuery, 'cursor'>): Every<http.ApprovalView>;
  prepareApproval(id: string): Answer<http.PreparedView>;
  approve(id: string, body: http.Approve): Answer<http.ApprovalView>;
  approveHere(id: string, body: http.ApproveHere): Answer<http.ApprovedHere>;
  reject(id: string, body?: http.Reject): Answer<http.ApprovalView>;

  /** These two need no credential. */
  askSignIn(body: http.AskSignIn): Answer<http.SignInChallengeView>;
  signIn(body: http.SignIn): Answer<http.SignedIn>;
  /** Ends the session that asks. */
  signOut(): Answer<http.CredentialView>;

  whoami(): Answer<http.CredentialView>;
  createCredential(body: http.CreateCredential): Answer<http.CreatedCredential>;
  listCredentials(query?: schemas.CredentialsQuery): List<http.CredentialView>;
  revokeCredential(id: string): Answer<http.CredentialView>;

  /** Newest first, over all chains that one may see, or one. */
  listAudit(query?: schemas.AuditQuery): List<http.AuditEntryView>;
  /** One chain in order. */
  listAuditEntries(query: schemas.AuditEntriesQuery): List<http.AuditEntryView>;
  eachAuditEntry(chain: string): Every<http.AuditEntryView>;
  verifyAudit(): Answer<http.AuditVerification>;

  ready(): Answer<http.ReadyView>;
}

export function createClient(options: ClientOptions): CountersignClient {
  const send = createSend(options);
  const call = async <T>(what: Call<T>): Answer<T> => {
    const sent = await send(what);
    return sent.ok ? ok(sent.value.value) : sent;
  };
  const get = <T>(path: string, answer: z.ZodType<T>, query?: object): Answer<T> => call({ method: 'GET', path, answer, query });
  const post = <T>(path: string, answer: z.ZodType<T>, body?: object): Answer<T> => call({ method: 'POST', path, answer, body });
  const wallets = (query?: schemas.WalletsQuery) => get('/v1/wallets', walletPage, query);
  const transactions = (wallet: string, query?: schemas.TransactionsQuery) =>
    get(`${walletPath(wallet)}/transactions`, transactionPage, query);
  const approvals = (query?: schemas.ApprovalsQuery) => get('/v1/approvals', approvalPage, query);
  const auditEntries = (query: schemas.AuditEntriesQuery) => get('/v1/audit/entries', auditPage, query);
  return {
    createWallet: (body) => post('/v1/wallets', schemas.createdWalletSchema, body),
    getWallet: (wallet) => get(walletPath(wallet), schemas.walletSchema),
    listWallets: wallets,
    eachWallet: () => eachItem((cursor) => wallets({ cursor })),
    proposePolicy: (wallet, body) => post(`${walletPath(wallet)}/policies`, schemas.proposedPolicySchema, body),
    listPolicies: (wallet) => get(`${walletPath(wallet)}/policies`, policyPage),
    diffPolicy: (wallet, body) => post(`${walletPath(wallet)}/policies/diff`, schemas.policyDiffSchema, body),
    tightenPolicy: (wallet, body) => post(`${walletPath(wallet)}/policies/tighten`, schemas.policySchema, body),

    freeze: (wallet, body = {}) => post(`${walletPath(wallet)}/freeze`, schemas.frozenSchema, body),
    requestUnfreeze: (wallet) => post(`${walletPath(wallet)}/unfreeze`, schemas.approvalSchema),
    changesSinceFreeze: (wallet) => get(`${walletPath(wallet)}/changes-since-freeze`, schemas.changesSinceFreezeSchema),
    lockDown: (wallet, body = {}) => post(`${walletPath(wallet)}/lockdown`, schemas.lockedDownSchema, body),

    listKeys: (wallet) => get(`${walletPath(wallet)}/keys`, keyPage),
    rotateAgentKey: (wallet, body = {}) => post(`${walletPath(wallet)}/rotate-agent-key`, schemas.approvalSchema, body),
    replaceOwnerKey: (wallet, body) => post(`${walletPath(wallet)}/replace-owner-key`, schemas.approvalSchema, body),
    revokeAgentKey: (wallet) => post(`${walletPath(wallet)}/revoke-agent-key`, schemas.approvalSchema),
    getAgentBackup: (wallet) => get(`${walletPath(wallet)}/agent-backup`, schemas.agentBackupSchema),
    restoreAgentKey: (wallet, body) => post(`${walletPath(wallet)}/restore-agent-key`, schemas.restoredAgentKeySchema, body),
    listKits: (wallet) => get(`${walletPath(wallet)}/kits`, schemas.kitsSchema),
    makeKits: (wallet, body) => post(`${walletPath(wallet)}/kits`, schemas.approvalSchema, body),

    async pay(wallet, body, idempotencyKey) {
      const sent = await send({
        method: 'POST',
        path: `${walletPath(wallet)}/transactions`,
        body,
        headers: { 'idempotency-key': idempotencyKey },
        answer: schemas.transactionSchema,
      });
      if (!sent.ok) return fail(sent.error);
      return ok({ transaction: sent.value.value, replayed: sent.value.headers.get('idempotency-replayed') === 'true' });
    },
    dryRun: (wallet, body) =>
      call({
        method: 'POST',
        path: `${walletPath(wallet)}/transactions`,
        body,
        headers: { 'dry-run': 'true' },
        answer: schemas.dryRunSchema,
      }),
    getTransaction: (wallet, id) => get(`${walletPath(wallet)}/transactions/${encodeURIComponent(id)}`, schemas.transactionSchema),
    listTransactions: transactions,
    eachTransaction: (wallet, query) => eachItem((cursor) => transactions(wallet, { ...query, cursor })),
    cancelTransaction: (wallet, id) =>
      post(`${walletPath(wallet)}/transactions/${encodeURIComponent(id)}/cancel`, schemas.transactionSchema),

    getApproval: (id) => get(approvalPath(id), schemas.approvalSchema),
    listApprovals: approvals,
    eachApproval: (query) => eachItem((cursor) => approvals({ ...query, cursor })),
    prepareApproval: (id) => post(`${approvalPath(id)}/prepare`, schemas.preparedSchema),
    approve: (id, body) => post(`${approvalPath(id)}/approve`, schemas.approvalSchema, body),
    approveHere: (id, body) => post(`${approvalPath(id)}/approve-here`, schemas.approvedHereSchema, body),
    reject: (id, body = {}) => post(`${approvalPath(id)}/reject`, schemas.approvalSchema, body),

    askSignIn: (body) => post('/v1/sign-in/challenge', schemas.signInChallengeSchema, body),
    signIn: (body) => post('/v1/sign-in', schemas.signedInSchema, body),
    signOut: () => post('/v1/sign-out', schemas.credentialSchema),

    whoami: () => get('/v1/whoami', schemas.credentialSchema),
    createCredential: (body) => post('/v1/credentials', schemas.createdCredentialSchema, body),
    listCredentials: (query) => get('/v1/credentials', credentialPage, query),
    revokeCredential: (id) => post(`/v1/credentials/${encodeURIComponent(id)}/revoke`, schemas.credentialSchema),

    listAudit: (query) => get('/v1/audit', auditPage, query),
    listAuditEntries: auditEntries,
    eachAuditEntry: (chain) => eachItem((from) => auditEntries({ chain, from, limit: '100' })),
    verifyAudit: () => post('/v1/audit/verify', schemas.auditVerificationSchema),

    ready: () => call({ method: 'GET', path: '/health/ready', answer: schemas.readySchema, alsoAnswers: [503] }),
  };
}

/** A denied payment: the problem, the transaction as recorded, and every rule that objected. */
export type PaymentDenied = schemas.Problem &
  http.TransactionView & { readonly violations: readonly http.Violation[]; readonly budgets: readonly http.Budget[] };

const deniedSchema = z.looseObject({ violations: z.array(schemas.violationSchema), budgets: z.array(schemas.budgetSchema) });
/** The denied payment that a problem tells of; `null` when it is another problem. */
export function asPaymentDenied(problem: ClientProblem): PaymentDenied | null {
  if (problem.code !== 'payment_denied') return null;
  const readable = deniedSchema.safeParse(problem).success && schemas.transactionSchema.safeParse(problem).success;
  return readable ? (problem as PaymentDenied) : null;
}

const walletPath = (wallet: string): string => `/v1/wallets/${encodeURIComponent(wallet)}`;
const approvalPath = (id: string): string => `/v1/approvals/${encodeURIComponent(id)}`;
const walletPage = schemas.pageOf(schemas.walletSchema);
const transactionPage = schemas.pageOf(schemas.transactionSchema);
const approvalPage = schemas.pageOf(schemas.approvalSchema);
const keyPage = schemas.pageOf(schemas.keySchema);
const policyPage = schemas.pageOf(schemas.policySchema);
const credentialPage = schemas.pageOf(schemas.credentialSchema);
const auditPage = schemas.pageOf(schemas.auditEntrySchema);
