import type { PgBoss } from 'pg-boss';

export const JOBS_SCHEMA = 'pgboss';
export const ADVANCE_ATTEMPT = 'advance-attempt';
export const EXPIRE_APPROVALS = 'expire-approvals';
export const RELEASE_PAYMENT = 'release-payment';
export const DECIDE_AGAIN = 'decide-again';
export const LOCK_DOWN = 'lock-down';

const OFTEN = { expireInSeconds: 60, retryLimit: 50, retryDelay: 1, retryBackoff: true, retryDelayMax: 30, deleteAfterSeconds: 3_600 };
/** What must not be given up: tried for more than a day. */
const LASTING = { ...OFTEN, retryLimit: 3_000 };
const SELDOM = { expireInSeconds: 60, retryLimit: 3, retryDelay: 1, retryBackoff: true, retryDelayMax: 10, deleteAfterSeconds: 3_600 };
const QUEUES = [
  [ADVANCE_ATTEMPT, OFTEN],
  [EXPIRE_APPROVALS, SELDOM],
  [RELEASE_PAYMENT, OFTEN],
  [DECIDE_AGAIN, OFTEN],
  [LOCK_DOWN, LASTING],
] as const;

/**
 * Makes the queues, or brings them to these settings. A job that a dead process held is given out again after `expireInSeconds`; one that
 * fails is run again after 1, 2, 4 … 30 seconds. What is still to do when the retries are used up, the reconciler finds.
 */
export async function createQueues(boss: PgBoss): Promise<void> {
  for (const [queue, settings] of QUEUES) {
    await boss.createQueue(queue, { policy: 'standard', ...settings });
    await boss.updateQueue(queue, settings);
  }
}
