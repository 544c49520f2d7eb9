import { Pool } from 'pg';
import { VALUE_TYPES } from './value-types.ts';

export interface PoolSettings {
  readonly connectionString: string;
  /** Most connections open at once. */
  readonly poolSize: number;
  /** Longest time that one statement may take. */
  readonly statementTimeoutMs: number;
  /** Longest wait for a lock that another transaction holds. */
  readonly lockTimeoutMs: number;
  /** Longest time that a transaction may stand open between statements: a process that hangs lets its locks go. */
  readonly idleInTransactionTimeoutMs: number;
  /** Longest wait for a connection. */
  readonly connectTimeoutMs: number;
}

export const DEFAULT_POOL_SETTINGS: Omit<PoolSettings, 'connectionString'> = {
  poolSize: 16,
  statementTimeoutMs: 10_000,
  lockTimeoutMs: 5_000,
  idleInTransactionTimeoutMs: 30_000,
  connectTimeoutMs: 5_000,
};

/**
 * Every prepared statement is a look-up by an index: one plan serves all values, and planning each time would cost more than the look-up.
 * A plan that was made while a table was small must not scan it once it is large, so scans are the last resort.
 */
const OPTIONS: string = [
  'synchronous_commit=on',
  'default_transaction_isolation=read\\ committed',
  'timezone=UTC',
  'jit=off',
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

/** A pool of connections at READ COMMITTED with synchronous commits and limits on waiting. */
export function openPool(settings: PoolSettings): Pool {
  const pool = new Pool({
    connectionString: settings.connectionString,
    max: settings.poolSize,
    min: 0,
    idleTimeoutMillis: 60_000,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    statement_timeout: settings.statementTimeoutMs,
    lock_timeout: settings.lockTimeoutMs,
    idle_in_transaction_session_timeout: settings.idleInTransactionTimeoutMs,
    // A server that is gone without a word: the client gives up a little after the server would have.
    query_timeout: settings.statementTimeoutMs + 5_000,
    keepAlive: true,
    // Statements that are asked for together travel together; the server runs them in order (session.ts).
    pipeline: true,
    application_name: 'countersign',
    options: OPTIONS,
    types: VALUE_TYPES,
  });
  // A connection that breaks while idle is dropped by the pool; whoever needs one next gets or fails to get a new one.
  pool.on('error', () => undefined);
  return pool;
}
