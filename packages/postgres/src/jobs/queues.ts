import type { PgBoss } from 'pg-boss';

export const JOBS_SCHEMA = 'pgboss';
export const ADVANCE_ATTEMPT = 'advance-attempt';
export const EXPIRE_APPROVALS = 'expire-approvals';

/**
 * Makes the queues, or brings them to these settings. A job that a dead process held is given out again after `expireInSeconds`; one that
 * fails is run again after 1, 2, 4 … 30 seconds. What is still unsettled when the retries are used up, the reconciler finds.
 */
export async function createQueues(boss: PgBoss): Promise<void> {
  const advance = { expireInSeconds: 60, retryLimit: 50, retryDelay: 1, retryBackoff: true, retryDelayMax: 30, deleteAfterSeconds: 3_600 };
  const expire = { expireInSeconds: 60, retryLimit: 3, retryDelay: 1, retryBackoff: true, retryDelayMax: 10, deleteAfterSeconds: 3_600 };
  await boss.createQueue(ADVANCE_ATTEMPT, { policy: 'standard', ...advance });
  await boss.createQueue(EXPIRE_APPROVALS, { policy: 'standard', ...expire });
  await boss.updateQueue(ADVANCE_ATTEMPT, advance);
  await boss.updateQueue(EXPIRE_APPROVALS, expire);
}
