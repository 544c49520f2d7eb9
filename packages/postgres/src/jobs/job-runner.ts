import type { ApprovalId, AttemptId, IJobRunner, RequestId, WalletId } from '@countersign/core';
import { type Job, type JobResult, PgBoss } from 'pg-boss';
import { ADVANCE_ATTEMPT, DECIDE_AGAIN, EXPIRE_APPROVALS, JOBS_SCHEMA, LOCK_DOWN, RELEASE_PAYMENT } from './queues.ts';

const BATCH_JOBS = 64;
const POLL_SECONDS = 0.5;
/** Jobs of one kind that run side by side, each on its own. */
const SINGLE_JOBS = 8;
const DRAIN_MS = 5_000;

export interface JobRunnerSettings {
  readonly connectionString: string;
  /** Told of every job that failed and every trouble of the queue itself; the job is run again. */
  readonly report: (problem: string, error: unknown) => void;
}

/** Runs jobs from pg-boss on connections of its own, so that a full pool of payments does not stop them. */
export function jobRunner({ connectionString, report }: JobRunnerSettings): IJobRunner {
  let boss: PgBoss | null = null;

  async function reported(what: string, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      report(`${what} failed and will run again`, error);
      throw error;
    }
  }

  /** Each job ends for itself: one that fails runs again alone. */
  async function eachReported<Data extends object>(
    what: string,
    jobs: readonly Job<Data>[],
    run: (data: Data) => Promise<void>,
  ): Promise<JobResult[]> {
    return Promise.all(
      jobs.map(({ id, data }) =>
        reported(what, run(data)).then(
          (): JobResult => ({ id, status: 'completed' }),
          (error: unknown): JobResult => ({ id, status: 'failed', output: { message: String(error) } }),
        ),
      ),
    );
  }

  return {
    async start(handlers) {
      if (boss !== null) throw new Error('the job runner is already started');
      const started = new PgBoss({
        connectionString,
        schema: JOBS_SCHEMA,
        application_name: 'countersign-jobs',
        max: 3,
        createSchema: false,
        superviseIntervalSeconds: 15,
        monitorIntervalSeconds: 15,
        registerInstance: false,
      });
      started.on('error', (error) => report('job queue', error));
      boss = started;
      await started.start();
      await started.work<{ readonly attemptId: AttemptId }>(
        ADVANCE_ATTEMPT,
        { batchSize: BATCH_JOBS, pollingIntervalSeconds: POLL_SECONDS, burstWhenBatchFull: true },
        (jobs) => reported(ADVANCE_ATTEMPT, handlers.advanceAttempts([...new Set(jobs.map(({ data }) => data.attemptId))])),
      );
      await started.work(EXPIRE_APPROVALS, { batchSize: BATCH_JOBS, pollingIntervalSeconds: 2 }, () =>
        reported(EXPIRE_APPROVALS, handlers.expireApprovals()),
      );
      const single = {
        batchSize: SINGLE_JOBS,
        pollingIntervalSeconds: POLL_SECONDS,
        burstWhenBatchFull: true,
        perJobResults: true,
      } as const;
      await started.work<{ readonly approvalId: ApprovalId }>(RELEASE_PAYMENT, single, (jobs) =>
        eachReported(RELEASE_PAYMENT, jobs, ({ approvalId }) => handlers.releasePayment(approvalId)),
      );
      await started.work<{ readonly requestId: RequestId }>(DECIDE_AGAIN, single, (jobs) =>
        eachReported(DECIDE_AGAIN, jobs, ({ requestId }) => handlers.decideAgain(requestId)),
      );
      await started.work<{ readonly walletId: WalletId }>(LOCK_DOWN, single, (jobs) =>
        eachReported(LOCK_DOWN, jobs, ({ walletId }) => handlers.lockDown(walletId)),
      );
      await started.schedule(EXPIRE_APPROVALS, '* * * * *', {}, { tz: 'UTC' });
    },
    /** Takes no more jobs and waits up to 5 s for those that run; what still runs then is given out again. */
    async stop() {
      const stopping = boss;
      boss = null;
      await stopping?.stop({ graceful: true, close: true, timeout: DRAIN_MS });
    },
  };
}
