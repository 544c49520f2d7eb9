import { describeDatabaseContract } from '@countersign/testkit/contracts';
import { startTestDatabase } from '../src/test-support/test-database.ts';

describeDatabaseContract('PostgreSQL', async () => {
  const database = await startTestDatabase({ poolSize: 24 });
  return { database: database.database, close: () => database.close() };
});
