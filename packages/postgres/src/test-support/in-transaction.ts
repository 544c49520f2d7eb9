import { type ITransaction, ok } from '@countersign/core';
import type { PostgresDatabase } from '../create-postgres-database.ts';

/** Runs `work` in a transaction that commits; throws when the database answers with an error. */
export async function inTransaction<T>(database: PostgresDatabase, work: (tx: ITransaction) => Promise<T>): Promise<T> {
  const result = await database.transact(async (tx) => ok(await work(tx)));
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}
