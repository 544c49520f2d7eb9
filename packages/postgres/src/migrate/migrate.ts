import { Client } from 'pg';
import { PgBoss } from 'pg-boss';
import { createQueues, JOBS_SCHEMA } from '../jobs/queues.ts';
import { type MigrationFile, readMigrationFiles } from './migration-files.ts';

/** Any number that nothing else locks; held while migrating, so that replicas that start together take turns. */
const ADVISORY_LOCK = 4_017_233_901;

const TABLE = `CREATE TABLE IF NOT EXISTS schema_migrations (
  number integer CONSTRAINT schema_migrations_id PRIMARY KEY,
  name text NOT NULL,
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)`;

/**
 * Brings the database to the newest schema, each file in one transaction, then pg-boss's own schema and the queues. Throws when a file
 * that was applied has been edited since, or when the database is newer than this program.
 */
export async function migrate(
  connectionString: string,
  files?: readonly MigrationFile[],
): Promise<{ readonly applied: readonly string[] }> {
  const client = new Client({ connectionString, application_name: 'countersign-migrate', connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    const applied = await applyFiles(client, files ?? (await readMigrationFiles()));
    await migrateJobs(connectionString);
    return { applied };
  } finally {
    await client.end();
  }
}

async function applyFiles(client: Client, files: readonly MigrationFile[]): Promise<readonly string[]> {
  await client.query(TABLE);
  const { rows } = await client.query<{ number: number; name: string; checksum: string }>(
    'SELECT number, name, checksum FROM schema_migrations',
  );
  const done = new Map(rows.map((row) => [row.number, row]));
  for (const { number, name } of rows)
    if (number > files.length) throw new Error(`the database has migration ${name}, which this program does not know: it is newer`);
  const applied: string[] = [];
  for (const file of files) {
    const before = done.get(file.number);
    if (before === undefined) {
      await applyFile(client, file);
      applied.push(file.name);
    } else if (before.checksum !== file.checksum || before.name !== file.name) {
      throw new Error(`migration ${file.name} was edited after it had been applied as ${before.name}: write a new one instead`);
    }
  }
  return applied;
}

async function applyFile(client: Client, { number, name, sql, checksum }: MigrationFile): Promise<void> {
  try {
    await client.query('BEGIN');
    await client.query(sql);
    await client.query('INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3)', [number, name, checksum]);
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK');
    throw new Error(`migration ${name} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

async function migrateJobs(connectionString: string): Promise<void> {
  const boss = new PgBoss({
    connectionString,
    max: 1,
    schema: JOBS_SCHEMA,
    supervise: false,
    schedule: false,
    registerInstance: false,
  });
  let problem: Error | null = null;
  boss.on('error', (error) => {
    problem = error;
  });
  await boss.start();
  try {
    await createQueues(boss);
  } finally {
    await boss.stop({ graceful: false });
  }
  if (problem !== null) throw problem;
}
