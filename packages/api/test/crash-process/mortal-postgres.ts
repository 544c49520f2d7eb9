import { readFileSync, rmSync } from 'node:fs';
import type { IJobRunner } from '@countersign/core';
import { createPostgresDatabase as create } from '@countersign/postgres';
import { live, mortal, parseDeath } from './mortal.ts';

export { verifyAuditChain } from '@countersign/postgres';

/** The real database; its calls count, and a job lives while the file that names its death is there. */
export const createPostgresDatabase: typeof create = async (settings) => {
  const database = await create(settings);
  const counted = mortal('database', { transact: database.transact, read: database.read });
  return { ...database, transact: counted.transact, read: counted.read, jobRunner: jobs(database.jobRunner) };
};

function jobs(runner: IJobRunner): IJobRunner {
  return {
    start: (handlers) =>
      runner.start({
        advanceAttempts: lived('advanceAttempts', handlers.advanceAttempts),
        expireApprovals: lived('expireApprovals', handlers.expireApprovals),
        releasePayment: lived('releasePayment', handlers.releasePayment),
        decideAgain: lived('decideAgain', handlers.decideAgain),
        lockDown: lived('lockDown', handlers.lockDown),
      }),
    stop: () => runner.stop(),
  };
}

/** The file says `<handler> <death>`; it is taken away first, so that the next process lives. */
function lived<Args extends readonly unknown[]>(name: string, handler: (...args: Args) => Promise<void>): typeof handler {
  return (...args) => {
    const death = takeDeathOf(name);
    return death === undefined ? handler(...args) : live(parseDeath(death), () => handler(...args));
  };
}

function takeDeathOf(handler: string): string | undefined {
  const file = process.env['MORTAL_JOB_FILE'];
  if (file === undefined) return undefined;
  try {
    const [named, death] = readFileSync(file, 'utf8').trim().split(' ');
    if (named !== handler) return undefined;
    rmSync(file);
    return death;
  } catch {
    return undefined;
  }
}
