import type { Pool } from 'pg';
import { PgBoss } from 'pg-boss';
import { JOBS_SCHEMA } from './queues.ts';

/** A pg-boss that only inserts jobs, each on the connection of its transaction; `pool` is for reading the queues once. Started by the first job. */
export interface JobSender {
  ready(): Promise<PgBoss>;
  stop(): Promise<void>;
}

export function jobSender(pool: Pool): JobSender {
  let starting: Promise<PgBoss> | null = null;
  return {
    ready() {
      starting ??= startSender(pool).catch((error: unknown) => {
        starting = null;
        throw error;
      });
      return starting;
    },
    async stop() {
      const boss = await starting?.catch(() => null);
      starting = null;
      await boss?.stop({ graceful: false, close: false });
    },
  };
}

async function startSender(pool: Pool): Promise<PgBoss> {
  const boss = new PgBoss({
    db: { executeSql: async (text, values) => ({ rows: (await pool.query(text, values)).rows }) },
    schema: JOBS_SCHEMA,
    migrate: false,
    createSchema: false,
    supervise: false,
    schedule: false,
    registerInstance: false,
    // The queues do not change while the process runs.
    queueCacheIntervalSeconds: 3_600,
  });
  // Refreshing its cache of queues may fail while the database is away; sending tells its own errors.
  boss.on('error', () => undefined);
  await boss.start();
  return boss;
}
