import { checkCommit, checkRow } from './constraints.ts';
import { ConstraintViolation, Unavailable } from './failures.ts';
import type { LockMode } from './locks.ts';
import type { Fate, Pace } from './pace.ts';
import type { Server } from './server.ts';
import type { Change, EnqueuedJob, Rows, TableName } from './tables.ts';

/**
 * One connection in a transaction, or looking without one. Statements run in the order in which they are asked for. Reads see what is
 * committed when they run, and what this transaction wrote; rows that were written or locked stay locked to its end.
 */
export interface Session {
  /** One statement. `work` runs when the pace says so and everything before it is done. */
  statement<T>(name: string, work: () => T | Promise<T>): Promise<T>;
  get<Name extends TableName>(table: Name, key: string): Rows[Name] | null;
  all<Name extends TableName>(table: Name): readonly Rows[Name][];
  /** Waits for the lock, to be held to the end. Locks are had by `table/key`. */
  lock(name: string, mode: LockMode): Promise<void>;
  /** Writes a row that is locked, and checks what can be checked now. */
  put<Name extends TableName>(table: Name, key: string, row: Rows[Name] | null): void;
  enqueue(job: EnqueuedJob): void;
  nowMs(): number;
  /** From now on the clock of this transaction stands at `atMs` or later. */
  notBefore(atMs: number): void;
}

export interface OpenSession extends Session {
  /** Waits for the statements that were asked for, then commits. Throws what a statement or a constraint says. */
  commit(): Promise<'committed' | 'answer_lost'>;
  /** Ends without a trace; what was asked for and has not run never runs. */
  rollback(): void;
  /** The server ends it, because it stood idle; its next statement fails. */
  terminate(): void;
  readonly idleSinceMs: () => number | null;
}

export function openSession(server: Server, pace: Pace, kind: 'transaction' | 'reader'): OpenSession {
  const written = new Map<TableName, Map<string, unknown>>();
  const jobs: EnqueuedJob[] = [];
  const me = {};
  let earliestMs = 0;
  let ended = false;
  let failed = false;
  let terminated = false;
  let queued = 0;
  let running = false;
  let lastMs = server.nowMs();
  let tail: Promise<unknown> = Promise.resolve();

  const overlay = <Name extends TableName>(table: Name): Map<string, Rows[Name] | null> | undefined =>
    written.get(table) as Map<string, Rows[Name] | null> | undefined;

  function end(): void {
    if (ended) return;
    ended = true;
    server.locks.releaseAll(me);
  }
  function mustLive(): void {
    if (terminated) throw new Unavailable('the server ended the connection: it stood idle in a transaction');
    if (ended) throw new Unavailable('the connection is gone');
    if (!server.reachable()) throw new Unavailable('the server is away');
  }
  async function run<T>(name: string, travelsAlone: boolean, work: () => T | Promise<T>): Promise<T> {
    const fate: Fate = travelsAlone ? await pace.next(name) : 'go';
    if (fate !== 'go') {
      end();
      throw new Unavailable(`the connection was lost at ${name}`);
    }
    mustLive();
    if (failed) throw new Error('current transaction is aborted, commands ignored until end of transaction block');
    running = true;
    try {
      const result = work();
      const value = result instanceof Promise ? await result : result;
      return value;
    } catch (error) {
      if (kind === 'transaction') failed = true;
      throw error;
    } finally {
      running = false;
      lastMs = server.nowMs();
    }
  }

  const session: OpenSession = {
    statement(name, work) {
      const travelsAlone = queued === 0;
      queued += 1;
      const mine = tail.then(() => run(name, travelsAlone, work));
      const done = (): void => {
        queued -= 1;
      };
      tail = mine.then(done, done);
      return mine;
    },
    get(table, key) {
      const own = overlay(table);
      if (own?.has(key)) return own.get(key) ?? null;
      return server.tables[table].get(key) ?? null;
    },
    all<Name extends TableName>(table: Name): readonly Rows[Name][] {
      const own = overlay(table);
      const committed = server.tables[table] as ReadonlyMap<string, Rows[Name]>;
      if (own === undefined) return [...committed.values()];
      const rows = [...committed].flatMap(([key, row]) => (own.has(key) ? [] : [row]));
      for (const row of own.values()) if (row !== null) rows.push(row);
      return rows;
    },
    async lock(name, mode) {
      if (kind === 'reader') throw new TypeError('a reader locks nothing');
      if (ended) throw new Unavailable('the connection is gone');
      const wait = server.locks.take(me, name, mode);
      if (wait === null) return;
      await wait;
      if (ended) throw new Unavailable('the connection is gone');
    },
    put(table, key, row) {
      if (kind === 'reader') throw new TypeError('a reader writes nothing');
      checkRow(session, table, session.get(table, key), row);
      const own = overlay(table) ?? new Map<string, Rows[typeof table] | null>();
      own.set(key, row);
      written.set(table, own);
    },
    enqueue: (job) => {
      jobs.push(job);
    },
    nowMs: () => Math.max(Math.floor(server.nowMs()), earliestMs),
    notBefore: (atMs) => {
      earliestMs = Math.max(earliestMs, atMs);
    },
    async commit() {
      await tail;
      const fate = await pace.next('commit');
      if (fate === 'lose_connection') {
        end();
        throw new Unavailable('the connection was lost at commit');
      }
      mustLive();
      if (failed) {
        end();
        throw new ConstraintViolation('swallowed', 'the transaction answered ok after one of its statements had failed');
      }
      const changes = [...written].flatMap(([table, rows]) =>
        [...rows].map(([key, after]): Change => ({ table, key, before: server.tables[table].get(key) ?? null, after }) as Change),
      );
      try {
        checkCommit(session, changes);
      } catch (error) {
        end();
        throw error;
      }
      server.apply(changes, jobs);
      end();
      return fate === 'lose_answer' ? 'answer_lost' : 'committed';
    },
    rollback: end,
    terminate() {
      terminated = true;
      server.locks.endWaitOf(me);
      end();
    },
    idleSinceMs: () => (ended || running || server.locks.waits(me) ? null : lastMs),
  };
  return session;
}
