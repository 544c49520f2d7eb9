import { type DomainError, domainError, fail, type IDatabase, type ITransaction, type Result } from '@countersign/core';
import { approvalStore, attemptStore } from './attempt-stores.ts';
import { budgetStore } from './budget-store.ts';
import { credentialStore, signInStore } from './credential-stores.ts';
import { Deadlock, Unavailable } from './failures.ts';
import { keyStore, kitStore } from './key-stores.ts';
import { auditStore, idempotencyStore, jobStore, receiptStore, statementStore, watchMarkStore } from './ledger-stores.ts';
import type { Pace } from './pace.ts';
import { policyStore } from './policy-store.ts';
import { requestStore } from './request-store.ts';
import { createServer, type Server, type ServerSettings } from './server.ts';
import { type OpenSession, openSession, type Session } from './session.ts';
import type { EnqueuedJob, Tables } from './tables.ts';
import { walletStore } from './wallet-store.ts';

/** A database in memory with the transactions of PostgreSQL at READ COMMITTED. */
export interface FakeDatabase {
  /** A process with connections of its own. */
  connect(pace: Pace): FakeDatabaseClient;
  /** What is committed, for looking. */
  readonly tables: Tables;
  /** Takes committed jobs whose time has come out of the queue, in the order of commits. */
  takeJobs(nowMs: number): readonly EnqueuedJob[];
  /** Moment of the first job in the queue; `null` when there is none. */
  nextJobMs(): number | null;
  /** `false`: every statement fails, transactions that are open are lost. */
  setReachable(reachable: boolean): void;
  /** Ends waits for locks and transactions that stand idle, which have lasted longer than the settings allow. */
  endOverdue(): void;
}
export interface FakeDatabaseClient extends IDatabase {
  /** The process is gone: its transactions are rolled back, and nothing that it asked for is ever answered. */
  crash(): void;
}

export interface FakeDatabaseSettings extends ServerSettings {
  readonly lockTimeoutMs: number;
  readonly idleInTransactionMs: number;
}

const MOST_RUNS = 4;

export function createFakeDatabase(settings: FakeDatabaseSettings): FakeDatabase {
  const server = createServer(settings);
  return {
    connect: (pace) => connect(server, pace),
    tables: server.tables,
    takeJobs(nowMs) {
      const due = server.jobs.filter(({ dueMs }) => dueMs <= nowMs);
      if (due.length > 0) server.jobs.splice(0, server.jobs.length, ...server.jobs.filter(({ dueMs }) => dueMs > nowMs));
      return due;
    },
    nextJobMs: () => (server.jobs.length === 0 ? null : Math.min(...server.jobs.map(({ dueMs }) => dueMs))),
    setReachable(reachable) {
      server.setReachable(reachable);
      if (!reachable) for (const session of server.sessions) session.terminate();
    },
    endOverdue() {
      const nowMs = server.nowMs();
      server.locks.endWaits(nowMs - settings.lockTimeoutMs);
      for (const session of server.sessions) {
        const sinceMs = session.idleSinceMs();
        if (sinceMs !== null && sinceMs < nowMs - settings.idleInTransactionMs) session.terminate();
      }
    },
  };
}

function connect(server: Server, pace: Pace): FakeDatabaseClient {
  const open = new Set<OpenSession>();
  const unavailable = (error: Unavailable): Result<never, DomainError> =>
    fail(domainError('database_unavailable', { problem: error.message }));

  async function once<T>(work: (tx: ITransaction) => Promise<Result<T, DomainError>>): Promise<Result<T, DomainError> | Unavailable> {
    const session = openSession(server, pace, 'transaction');
    open.add(session);
    server.sessions.add(session);
    try {
      const result = await work(transactionOf(session));
      if (!result.ok) return result;
      const answer = await session.commit();
      // Committed, and the client cannot know: no retry may follow.
      return answer === 'answer_lost'
        ? fail(domainError('database_unavailable', { problem: 'connection lost while committing, outcome unknown' }))
        : result;
    } catch (error) {
      if (error instanceof Unavailable) return error;
      throw error;
    } finally {
      session.rollback();
      open.delete(session);
      server.sessions.delete(session);
    }
  }

  return {
    async transact(work, options) {
      for (let run = 1; ; run += 1) {
        const outcome = await once(work);
        if (!(outcome instanceof Unavailable)) return outcome;
        if (options === undefined || run === MOST_RUNS) return unavailable(outcome);
        await pace.next('retry');
      }
    },
    async read(work) {
      for (let run = 1; ; run += 1) {
        const session = openSession(server, pace, 'reader');
        try {
          return await work(transactionOf(session));
        } catch (error) {
          if (!(error instanceof Unavailable) || error instanceof Deadlock) throw error;
          if (run === MOST_RUNS) return unavailable(error);
        }
        await pace.next('retry');
      }
    },
    async health() {
      const fate = await pace.next('health');
      const reachable = fate === 'go' && server.reachable();
      return { reachable, problem: reachable ? null : 'the fake database is away' };
    },
    crash() {
      for (const session of open) {
        session.rollback();
        server.sessions.delete(session);
      }
      open.clear();
    },
  };
}

function transactionOf(session: Session): ITransaction {
  return {
    nowMs: () => session.statement('nowMs', () => session.nowMs()),
    wallets: walletStore(session),
    policies: policyStore(session),
    requests: requestStore(session),
    attempts: attemptStore(session),
    budgets: budgetStore(session),
    approvals: approvalStore(session),
    credentials: credentialStore(session),
    idempotency: idempotencyStore(session),
    statements: statementStore(session),
    receipts: receiptStore(session),
    keys: keyStore(session),
    kits: kitStore(session),
    watchMarks: watchMarkStore(session),
    signIns: signInStore(session),
    audit: auditStore(session),
    jobs: jobStore(session),
  };
}
