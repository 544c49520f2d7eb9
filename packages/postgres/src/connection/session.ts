import type { Socket } from 'node:net';
import type { PoolClient } from 'pg';
import type { Statement } from './statement.ts';

/** A query made by Kysely: text and values. */
export interface BuiltQuery {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** One open transaction on one connection. Statements run in the order in which they are asked for, whether or not each is awaited first. */
export interface Session {
  /** Runs a prepared statement; `Row` is what its columns are. */
  rows<Row>(statement: Statement, values: readonly unknown[]): Promise<readonly Row[]>;
  first<Row>(statement: Statement, values: readonly unknown[]): Promise<Row | null>;
  /** Runs a prepared statement; how many rows it inserted or changed. */
  change(statement: Statement, values: readonly unknown[]): Promise<number>;
  /** Runs a query built at run time, for lists with optional filters. */
  built<Row>(query: BuiltQuery): Promise<readonly Row[]>;
}

export function openSession(client: PoolClient): Session {
  const run = (statement: Statement, values: readonly unknown[]) => {
    sendTogether(client);
    return client.query({ name: statement.name, text: statement.text, values: values as unknown[] });
  };
  return {
    rows: async <Row>(statement: Statement, values: readonly unknown[]) => (await run(statement, values)).rows as readonly Row[],
    first: async <Row>(statement: Statement, values: readonly unknown[]) =>
      ((await run(statement, values)).rows[0] as Row | undefined) ?? null,
    change: async (statement, values) => (await run(statement, values)).rowCount ?? 0,
    built: async <Row>({ sql, parameters }: BuiltQuery) => (await client.query(sql, parameters as unknown[])).rows as readonly Row[],
  };
}

/** Holds what is written to the connection until the present turn of the event loop ends, so that it leaves in one system call. */
export function sendTogether(client: PoolClient): void {
  const { stream } = (client as PoolClient & { readonly connection: { readonly stream: Socket } }).connection;
  if (stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}
