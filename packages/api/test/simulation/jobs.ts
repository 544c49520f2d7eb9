import {
  advanceAttempts,
  decideAgain,
  expireApprovals,
  type Job,
  lookAfterKits,
  reconcile,
  reconcileSigner,
  releasePayment,
  runLockdown,
  watchWallets,
} from '@countersign/core';
import type { Replica } from './replica.ts';
import type { World } from './world.ts';

const EXPIRE_EVERY_MS = 60_000;
const RECONCILE_EVERY_MS = 45_000;
const WATCH_EVERY_MS = 40_000;
const LOOK_AFTER_KITS_EVERY_MS = 120_000;
/** After so long a job that a dead process held is given out again. */
const LEASE_MS = 60_000;

/** What a call of a service ends in; a service that throws anything but "not now" has a bug. */
export type Task = (replica: Replica) => Promise<unknown>;

/** What runs jobs, and what starts work on replicas. */
export interface Work {
  /** Starts something on a replica that lives; `done` is told whether it came to its end there. */
  start(name: string, task: Task, done: (ended: 'done' | 'threw' | 'died') => void): void;
  /** Whether nothing that was started still runs on a replica that lives. */
  isIdle(): boolean;
}

/** Words with which services say that a job has to run again. */
const NOT_NOW =
  /could not be (read|asked|written|withdrawn|released|decided|ended|held back|looked after)|next look could not|a lockdown of \S+ is on its way|no kit that the owner armed fits|^kit /;

export function createWork(world: World): Work {
  const { random, model } = world;
  const underWay = new Map<Replica, Set<() => void>>();
  world.onDeath((dead) => {
    const died = underWay.get(dead) ?? [];
    underWay.delete(dead);
    for (const end of died) end();
  });
  return {
    isIdle: () => [...underWay.values()].every((tasks) => tasks.size === 0),
    start(name, task, done) {
      const living = world.replicas.filter((replica) => replica.isAlive());
      if (living.length === 0) {
        done('died');
        return;
      }
      const replica = random.pick(living);
      const tasks = underWay.get(replica) ?? new Set();
      underWay.set(replica, tasks);
      const died = (): void => done('died');
      tasks.add(died);
      const end = (how: 'done' | 'threw'): void => {
        if (tasks.delete(died) && replica.isAlive()) done(how);
      };
      task(replica).then(
        () => end('done'),
        (error: unknown) => {
          if (!isNotNow(error)) model.fail(`a bug: ${name} threw ${error instanceof Error ? error.stack : String(error)}`);
          end('threw');
        },
      );
    },
  };
}

function isNotNow(error: unknown): boolean {
  return error instanceof Error && error.constructor === Error && NOT_NOW.test(error.message);
}

export interface Jobs {
  /** When the last reconciliation that came to its end began. */
  reconciledSinceMs(): number;
}

/** Delivers every committed job at least once, some twice, and runs what runs on a schedule. */
export function runJobs(world: World, work: Work): Jobs {
  const { scheduler, random } = world;
  const taskOf = (job: Job): Task => {
    switch (job.kind) {
      case 'advance-attempt':
        return ({ deps }) => advanceAttempts(deps, [job.attemptId]);
      case 'release-payment':
        return ({ deps }) => releasePayment(deps, job.approvalId);
      case 'decide-again':
        return ({ deps }) => decideAgain(deps, job.requestId);
      case 'expire-approvals':
        return ({ deps }) => expireApprovals(deps);
      case 'lock-down':
        return ({ deps }) => runLockdown(deps, job.walletId);
    }
  };
  function deliver(job: Job, tries: number): void {
    work.start(job.kind, taskOf(job), (ended) => {
      if (ended === 'done') return;
      const againMs = ended === 'died' ? LEASE_MS : Math.min(30_000, 1_000 * 2 ** tries);
      scheduler.after(againMs, `again ${job.kind}`, () => deliver(job, tries + 1));
    });
  }
  world.onCommit(({ jobs, atMs }) => {
    for (const { job, dueMs } of jobs) {
      const copies = world.weather().jobTwice > 0 && random.chance(world.weather().jobTwice) ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1)
        scheduler.after(dueMs - atMs + random.below(500), `job ${job.kind}`, () => deliver(job, 0));
    }
  });
  let reconciledSinceMs = 0;
  const every = (name: string, periodMs: number, task: Task): void => {
    const turn = (): void => {
      const beganMs = scheduler.nowMs();
      work.start(name, task, (ended) => {
        if (name === 'reconcile' && ended === 'done') reconciledSinceMs = beganMs;
        scheduler.after(periodMs + random.below(2_000), name, turn);
      });
    };
    scheduler.after(random.below(periodMs), name, turn);
  };
  every('expire-approvals', EXPIRE_EVERY_MS, ({ deps }) => expireApprovals(deps));
  every('watch', WATCH_EVERY_MS, ({ deps }) => watchWallets(deps, null));
  every('look-after-kits', LOOK_AFTER_KITS_EVERY_MS, ({ deps }) => lookAfterKits(deps));
  every('reconcile', RECONCILE_EVERY_MS, ({ deps }) => reconcile(deps));
  return { reconciledSinceMs: () => reconciledSinceMs };
}

/** Replaces what dies: a new process first brings everything together again. */
export function keepAlive(world: World): void {
  const { scheduler, random, model } = world;
  world.onDeath((dead) => {
    scheduler.after(500 + random.below(20_000), `restart ${dead.name}`, () => {
      const fresh = world.restart(dead);
      for (const task of [reconcile, reconcileSigner])
        task(fresh.deps).catch((error: unknown) => {
          if (!isNotNow(error)) model.fail(`a bug: ${task.name} threw ${String(error)}`);
        });
    });
  });
}
