import type { IDatabase, IJobRunner, ITransaction } from '@countersign/core';
import { auditStore } from './audit/audit-store.ts';
import { DEFAULT_POOL_SETTINGS, openPool, type PoolSettings } from './connection/pool.ts';
import type { Session } from './connection/session.ts';
import { read, transact } from './connection/transact.ts';
import { problemOf } from './connection/unavailable.ts';
import { jobRunner } from './jobs/job-runner.ts';
import { type JobSender, jobSender } from './jobs/job-sender.ts';
import { jobStore } from './jobs/job-store.ts';
import { migrate } from './migrate/migrate.ts';
import { approvalStore } from './stores/approval-store.ts';
import { attemptStore } from './stores/attempt-store.ts';
import { budgetStore } from './stores/budget-store.ts';
import { credentialStore } from './stores/credential-store.ts';
import { idempotencyStore } from './stores/idempotency-store.ts';
import { keyStore } from './stores/key-store.ts';
import { kitStore } from './stores/kit-store.ts';
import { policyStore } from './stores/policy-store.ts';
import { receiptStore } from './stores/receipt-store.ts';
import { requestStore } from './stores/request-store.ts';
import { signInStore } from './stores/sign-in-store.ts';
import { statementStore } from './stores/statement-store.ts';
import { transactionClock } from './stores/transaction-clock.ts';
import { walletStore } from './stores/wallet-store.ts';
import { watchMarkStore } from './stores/watch-mark-store.ts';

export interface PostgresSettings extends Partial<PoolSettings> {
  /** `postgresql://user:password@host:port/database`. */
  readonly connectionString: string;
  /** Told of jobs that failed and of trouble with the queue. */
  readonly report: (problem: string, error: unknown) => void;
}

export interface PostgresDatabase extends IDatabase {
  /** Brings the schema up to date; names of the files that were applied. Throws when the schema was made by other files. */
  migrate(): Promise<{ readonly applied: readonly string[] }>;
  readonly jobRunner: IJobRunner;
  /** Ends the job runner and every connection; waits for transactions that run. */
  close(): Promise<void>;
}

/** IDatabase on PostgreSQL 18. Connects when first used; `transact` before `migrate` throws. */
export async function createPostgresDatabase(settings: PostgresSettings): Promise<PostgresDatabase> {
  const { connectionString, report } = settings;
  const pool = openPool({ ...DEFAULT_POOL_SETTINGS, ...settings });
  // Its own connection: the first job of a process is enqueued while payments may hold all others.
  const senderPool = openPool({ ...DEFAULT_POOL_SETTINGS, ...settings, poolSize: 1 });
  const sender = jobSender(senderPool);
  const runner = jobRunner({ connectionString, report });
  let closing: Promise<void> | null = null;
  return {
    transact: (work, options) => transact(pool, (session) => openTransaction(session, sender), work, options !== undefined),
    read: (work) => read(pool, (session) => openTransaction(session, sender), work),
    async health() {
      try {
        await pool.query('SELECT 1');
        return { reachable: true, problem: null };
      } catch (error) {
        return { reachable: false, problem: problemOf(error) };
      }
    },
    migrate: () => migrate(connectionString),
    jobRunner: runner,
    close() {
      closing ??= (async () => {
        await runner.stop();
        await sender.stop();
        await senderPool.end();
        await pool.end();
      })();
      return closing;
    },
  };
}

function openTransaction(session: Session, sender: JobSender): ITransaction {
  const clock = transactionClock(session);
  return {
    nowMs: () => clock.nowMs(),
    wallets: walletStore(session, clock),
    policies: policyStore(session),
    requests: requestStore(session),
    attempts: attemptStore(session),
    budgets: budgetStore(session, clock),
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
    jobs: jobStore(session, sender),
  };
}
