import { createLocks, type Locks } from './locks.ts';
import type { OpenSession } from './session.ts';
import { type Change, type Commit, createTables, type EnqueuedJob, type Tables } from './tables.ts';

/** The one server behind all clients: what is committed, the locks, and the clock. */
export interface Server {
  readonly tables: Tables;
  readonly locks: Locks;
  readonly sessions: Set<OpenSession>;
  nowMs(): number;
  reachable(): boolean;
  setReachable(reachable: boolean): void;
  /** Makes changes true for everybody, at once. */
  apply(changes: readonly Change[], jobs: readonly EnqueuedJob[]): void;
  /** Committed jobs that nobody has taken, in the order of commits. */
  readonly jobs: EnqueuedJob[];
}

export interface ServerSettings {
  /** The database's own clock. */
  readonly nowMs: () => number;
  /** Told of every commit, after it. */
  readonly observe: (commit: Commit) => void;
}

export function createServer({ nowMs, observe }: ServerSettings): Server {
  const tables = createTables();
  const jobs: EnqueuedJob[] = [];
  let isReachable = true;
  return {
    tables,
    locks: createLocks(nowMs),
    sessions: new Set(),
    nowMs,
    reachable: () => isReachable,
    setReachable: (value) => {
      isReachable = value;
    },
    apply(changes, enqueued) {
      for (const { table, key, after } of changes) {
        const rows = tables[table] as Map<string, unknown>;
        if (after === null) rows.delete(key);
        else rows.set(key, after);
      }
      jobs.push(...enqueued);
      observe({ atMs: nowMs(), changes, jobs: enqueued });
    },
    jobs,
  };
}
