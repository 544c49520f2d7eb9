import { rm } from 'node:fs/promises';
import { Client } from 'pg';
import { createPostgresDatabase, type PostgresDatabase } from '../create-postgres-database.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../embedded/start-embedded-postgres.ts';
import { migrate } from '../migrate/migrate.ts';
import { type TestSlot, takeTestSlot } from './test-slot.ts';

const TEMPLATE = 'template_migrated';
/** A test's data need not outlive the machine; everything else is as in production. */
const NOT_DURABLE: { readonly [setting: string]: string } = { fsync: 'off', full_page_writes: 'off', max_connections: '200' };

export interface TestDatabase {
  /** The cluster's superuser; for SQL past the stores. */
  readonly url: string;
  readonly database: PostgresDatabase;
  /** Closes and drops the database; the server ends with the last one of this process. */
  close(): Promise<void>;
}

interface TestServer {
  readonly server: EmbeddedPostgres;
  readonly slot: TestSlot;
}

let starting: Promise<TestServer> | null = null;
let open = 0;
let made = 0;

/**
 * A fresh, migrated database on a real PostgreSQL. The first call of a process starts a server (0.1 s; 3 s when the machine has none
 * prepared for these migrations yet), every call copies the migrated template (0.1 s).
 */
export async function startTestDatabase(settings: { readonly poolSize?: number } = {}): Promise<TestDatabase> {
  open += 1;
  starting ??= startServer();
  const { server } = await starting;
  made += 1;
  const name = `test_${process.pid}_${made}`;
  await administer(server.url, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} STRATEGY FILE_COPY`);
  const url = withDatabase(server.url, name);
  const database = await createPostgresDatabase({ connectionString: url, report: () => undefined, poolSize: settings.poolSize ?? 16 });
  let closed = false;
  return {
    url,
    database,
    async close() {
      if (closed) return;
      closed = true;
      await database.close();
      await administer(server.url, `DROP DATABASE ${name} WITH (FORCE)`);
      open -= 1;
      if (open === 0) await endServer();
    },
  };
}

async function startServer(): Promise<TestServer> {
  const slot = await takeTestSlot();
  const started = (): Promise<EmbeddedPostgres> =>
    startEmbeddedPostgres({ dataDir: slot.dataDir, port: 0, settings: NOT_DURABLE, report: () => undefined });
  // A test folder that the machine's last end damaged is made anew.
  const server = await started().catch(async () => {
    await rm(slot.dataDir, { recursive: true, force: true });
    return started();
  });
  // A run that is ended from outside takes its server along.
  process.once('exit', () => {
    try {
      process.kill(server.pid, 'SIGQUIT');
    } catch {
      // It has ended already.
    }
  });
  await prepareTemplate(server.url);
  return { server, slot };
}

async function endServer(): Promise<void> {
  const ending = await starting;
  starting = null;
  await ending?.server.stop();
  await ending?.slot.leave();
}

/** Drops what a killed run left and makes the migrated template where there is none; it is one only once it is complete. */
async function prepareTemplate(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database');
    const names = rows.map(({ datname }) => datname);
    for (const name of names.filter((each) => /^(test_|unfinished_)/.test(each))) await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
    if (names.includes(TEMPLATE)) return;
    await client.query('CREATE DATABASE unfinished_template');
    await migrate(withDatabase(url, 'unfinished_template'));
    await client.query(`ALTER DATABASE unfinished_template RENAME TO ${TEMPLATE}`);
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
