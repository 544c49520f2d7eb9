import { type DomainError, domainError, fail, type IReader, type ITransaction, type Result } from '@countersign/core';
import type { Pool, PoolClient } from 'pg';
import { openSession, type Session, sendTogether } from './session.ts';
import { problemOf, troubleOf } from './unavailable.ts';

const MOST_RUNS = 4;

type Outcome<T> =
  | { readonly kind: 'done'; readonly result: Result<T, DomainError> }
  /** Nothing was committed, for sure. */
  | { readonly kind: 'rolled_back'; readonly error: unknown }
  /** The connection broke while the commit was under way. */
  | { readonly kind: 'commit_unknown'; readonly error: unknown };

/** Runs `work` in one transaction; see IDatabase.transact. A retry happens only where nothing was committed for sure. */
export async function transact<T>(
  pool: Pool,
  open: (session: Session) => ITransaction,
  work: (tx: ITransaction) => Promise<Result<T, DomainError>>,
  mayRetry: boolean,
): Promise<Result<T, DomainError>> {
  for (let run = 1; ; run += 1) {
    const outcome = await runOnce(pool, open, work);
    if (outcome.kind === 'done') return outcome.result;
    if (troubleOf(outcome.error) === 'bug') throw outcome.error;
    if (outcome.kind === 'commit_unknown')
      return fail(
        domainError('database_unavailable', { problem: `connection lost while committing, outcome unknown: ${problemOf(outcome.error)}` }),
      );
    if (!mayRetry || run === MOST_RUNS) return fail(domainError('database_unavailable', { problem: problemOf(outcome.error) }));
    await pause(run);
  }
}

async function runOnce<T>(
  pool: Pool,
  open: (session: Session) => ITransaction,
  work: (tx: ITransaction) => Promise<Result<T, DomainError>>,
): Promise<Outcome<T>> {
  let client: PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    return { kind: 'rolled_back', error };
  }
  let broken: Error | undefined;
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  const release = (): void => {
    client.off('error', onError);
    client.release(broken);
  };
  try {
    sendTogether(client);
    // Not awaited by itself: it can only fail with the connection, and everything after it fails then too.
    const begun = client.query('BEGIN');
    begun.catch(() => undefined);
    const result = await work(open(openSession(client)));
    await begun;
    if (!result.ok) {
      await rollback();
      return { kind: 'done', result };
    }
    return await commit(result);
  } catch (error) {
    await rollback();
    return { kind: 'rolled_back', error };
  } finally {
    release();
  }

  async function rollback(): Promise<void> {
    await client.query('ROLLBACK').catch((error: Error) => {
      broken ??= error;
    });
  }

  async function commit(result: Result<T, DomainError>): Promise<Outcome<T>> {
    let tag: string;
    try {
      tag = (await client.query('COMMIT')).command;
    } catch (error) {
      const { code } = error as { readonly code?: unknown };
      // An answer from the server, such as a deferred constraint that failed, says that it rolled back; silence says nothing.
      const answered = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('57') && !code.startsWith('08');
      if (!answered) broken ??= error as Error;
      return { kind: answered ? 'rolled_back' : 'commit_unknown', error };
    }
    if (tag === 'COMMIT') return { kind: 'done', result };
    throw new Error(`the transaction answered ok after one of its statements had failed; the server answered ${tag}`);
  }
}

/** Runs `work` without a transaction; see IDatabase.read. Reading twice harms nothing, so a lost connection is tried again. */
export async function read<T>(
  pool: Pool,
  open: (session: Session) => IReader,
  work: (reader: IReader) => Promise<Result<T, DomainError>>,
): Promise<Result<T, DomainError>> {
  for (let run = 1; ; run += 1) {
    let client: PoolClient | null = null;
    let broken: Error | undefined;
    const onError = (error: Error): void => {
      broken = error;
    };
    try {
      client = await pool.connect();
      client.on('error', onError);
      return await work(open(openSession(client)));
    } catch (error) {
      if (troubleOf(error) === 'bug') throw error;
      if (run === MOST_RUNS) return fail(domainError('database_unavailable', { problem: problemOf(error) }));
    } finally {
      client?.off('error', onError);
      client?.release(broken);
    }
    await pause(run);
  }
}

function pause(run: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5 * 4 ** (run - 1) * (0.5 + Math.random())));
}
