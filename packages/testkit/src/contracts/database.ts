import type { IDatabase } from '@countersign/core';
import { afterAll, beforeAll, describe } from 'vitest';
import { describeBudgets } from './database-budgets.ts';
import { describeConsent } from './database-consent.ts';
import { describeKeys } from './database-keys.ts';
import { describeKits } from './database-kits.ts';
import { describeRekeying } from './database-rekeying.ts';
import { describeRecords } from './database-rows.ts';
import { describeTransactions } from './database-transactions.ts';

/** An implementation under test. Transactions that are begun run side by side on connections of their own, at least sixteen. */
export interface DatabaseSubject {
  readonly database: IDatabase;
  close(): Promise<void>;
}

/** What every `IDatabase` does: transactions and locks, what it refuses, budgets, keys, consent. The cases share one database and have wallets of their own. */
export function describeDatabaseContract(name: string, open: () => Promise<DatabaseSubject>): void {
  describe(`IDatabase: ${name}`, () => {
    let subject: DatabaseSubject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());
    const database = (): IDatabase => subject.database;
    describeTransactions(database);
    describeRecords(database);
    describeBudgets(database);
    describeKeys(database);
    describeRekeying(database);
    describeKits(database);
    describeConsent(database);
  });
}
