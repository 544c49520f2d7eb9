import { createHash } from 'node:crypto';
import type { IJobStore, Job } from '@countersign/core';
import type { Session } from '../connection/session.ts';
import { type Statement, statement } from '../connection/statement.ts';
import type { JobSender } from './job-sender.ts';
import { ADVANCE_ATTEMPT, DECIDE_AGAIN, EXPIRE_APPROVALS, LOCK_DOWN, RELEASE_PAYMENT } from './queues.ts';

/** pg-boss makes one text for each queue; prepared once a connection, it costs no parsing. */
const prepared = new Map<string, Statement>();

function preparedStatement(text: string): Statement {
  const known = prepared.get(text);
  if (known !== undefined) return known;
  const made = statement(`job_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`, text);
  prepared.set(text, made);
  return made;
}

export function jobStore(session: Session, sender: JobSender): IJobStore {
  const db = {
    executeSql: async (text: string, values: readonly unknown[] = []) => ({
      rows: [...(await session.rows(preparedStatement(text), values))],
    }),
  };
  return {
    /** One insert in the caller's transaction. The job becomes due `startAfterMs` milliseconds after it. */
    async enqueue(job, { startAfterMs, urgent = false }) {
      const boss = await sender.ready();
      const { queue, data } = addressOf(job);
      const id = await boss.send(queue, data, {
        db,
        ...(urgent ? { priority: 1 } : {}),
        ...(startAfterMs > 0 ? { startAfter: `${startAfterMs} milliseconds` } : {}),
      });
      if (id === null) throw new Error(`queue ${queue} took no job`);
    },
  };
}

function addressOf(job: Job): { readonly queue: string; readonly data: object } {
  switch (job.kind) {
    case 'advance-attempt':
      return { queue: ADVANCE_ATTEMPT, data: { attemptId: job.attemptId } };
    case 'expire-approvals':
      return { queue: EXPIRE_APPROVALS, data: {} };
    case 'release-payment':
      return { queue: RELEASE_PAYMENT, data: { approvalId: job.approvalId } };
    case 'decide-again':
      return { queue: DECIDE_AGAIN, data: { requestId: job.requestId } };
    case 'lock-down':
      return { queue: LOCK_DOWN, data: { walletId: job.walletId } };
  }
}
