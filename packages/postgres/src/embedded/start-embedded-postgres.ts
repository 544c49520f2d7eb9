import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { findPostgresBinaries } from './binaries.ts';
import { diagnose, tellingLine } from './diagnose.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { findFreePort } from './free-port.ts';
import { initializeDataDir, SUPERUSER } from './initialize.ts';
import { isPostgresAlive, readPostmasterFile } from './postmaster-file.ts';
import { type ServerAddress, serverCommand, serverUrl } from './server-command.ts';
import { spawnServer, stopServer } from './server-process.ts';
import { unprivilegedPrefix } from './unprivileged.ts';

const DATABASE = 'countersign';
const RETRY_MS = 100;
/** How long a server that is in the way may take to end or to get ready. */
const PATIENCE_MS = 20_000;
const UNUSED_PATIENCE_MS = 2_000;

export interface EmbeddedPostgresSettings {
  /** Folder of the data; beside it lie `<dataDir>.password` and `<dataDir>.log`. Made when missing. */
  readonly dataDir: string;
  /** TCP port on 127.0.0.1; 0 chooses a free one. */
  readonly port: number;
  /** Listen on a Unix socket in a private folder and on no TCP port. */
  readonly socketOnly?: boolean;
  /** Settings of postgresql.conf that differ from the durable defaults. */
  readonly settings?: { readonly [setting: string]: string };
  /** Told in one line what happens. */
  readonly report: (line: string) => void;
}

export interface EmbeddedPostgres {
  /** With the password; database `countersign`. */
  readonly url: string;
  readonly pid: number;
  /** Fast shutdown. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL of npm on a data folder, or attaches to the one that still runs on it after its parent was killed. Throws
 * EmbeddedPostgresError, one line that says what to do; a damaged or foreign folder is never changed.
 */
export async function startEmbeddedPostgres(given: EmbeddedPostgresSettings): Promise<EmbeddedPostgres> {
  const settings = { ...given, dataDir: resolve(given.dataDir) };
  const binaries = await findPostgresBinaries();
  const prefix = await unprivilegedPrefix();
  const password = await initializeDataDir(settings.dataDir, binaries, prefix, settings.report);
  for (const deadline = Date.now() + PATIENCE_MS; ; ) {
    const running = await attach(settings, password);
    if (running !== null) return running;
    const address: ServerAddress = {
      port: settings.port === 0 || settings.socketOnly ? await findFreePort() : settings.port,
      socketDir: settings.socketOnly ? await mkdtemp(join(tmpdir(), 'countersign-pg-')) : null,
    };
    const outcome = await spawnServer(
      settings.dataDir,
      serverCommand(binaries, prefix, settings.dataDir, address, settings.settings ?? {}),
    );
    if (outcome.kind === 'ready') return opened(outcome.pid, password, address);
    await removeSocketDir(address);
    const diagnosis = diagnose(outcome.log);
    const again = diagnosis.kind === 'again' || (diagnosis.kind === 'port_busy' && settings.port === 0);
    if (!again || Date.now() > deadline)
      throw new EmbeddedPostgresError(
        diagnosis.kind === 'again' ? 'did_not_start' : diagnosis.kind,
        `the database in ${settings.dataDir} does not start on port ${address.port}: ${tellingLine(outcome.log)}. ${diagnosis.kind === 'again' ? 'Another server holds the folder.' : diagnosis.remedy}`,
      );
    await sleep(RETRY_MS);
  }
}

/** The server that runs on the folder already, when it listens where it should; one that listens elsewhere is stopped. */
async function attach(settings: EmbeddedPostgresSettings, password: string): Promise<EmbeddedPostgres | null> {
  for (let waited = 0; waited < PATIENCE_MS; waited += RETRY_MS) {
    const file = await readPostmasterFile(settings.dataDir);
    if (file === null || !(await isPostgresAlive(file.pid))) return null;
    if (file.status === 'ready') {
      const address: ServerAddress = { port: file.port, socketDir: file.listenAddress === '' ? file.socketDir : null };
      const wanted = settings.socketOnly
        ? address.socketDir !== null
        : address.socketDir === null && [0, file.port].includes(settings.port);
      if (!wanted) {
        await requireUnused(settings.dataDir, password, address);
        settings.report(`stopping the database server ${file.pid}, which listens on port ${file.port}`);
        await stopServer(file.pid);
        return null;
      }
      if (await isServerOf(settings.dataDir, password, address)) {
        settings.report(`the database server ${file.pid} was still running`);
        return opened(file.pid, password, address);
      }
    }
    await sleep(RETRY_MS);
  }
  throw new EmbeddedPostgresError('did_not_start', `a database server runs on ${settings.dataDir} and does not answer to our password`);
}

/** A server that another program works with is not taken away from it; connections of a program that was killed end within moments. */
async function requireUnused(dataDir: string, password: string, address: ServerAddress): Promise<void> {
  for (let waited = 0; ; waited += RETRY_MS) {
    const others = await countOthers(serverUrl(SUPERUSER, password, address, 'postgres'));
    if (others === 0) return;
    if (waited >= UNUSED_PATIENCE_MS)
      throw new EmbeddedPostgresError(
        'in_use',
        `the database in ${dataDir} runs on port ${address.port} and is in use (${others} connections): stop the program that uses it, or use that port`,
      );
    await sleep(RETRY_MS);
  }
}

async function countOthers(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ others: number }>(
      `SELECT count(*)::int AS others FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    );
    return rows[0]?.others ?? 0;
  } finally {
    await client.end();
  }
}

async function isServerOf(dataDir: string, password: string, address: ServerAddress): Promise<boolean> {
  const client = new Client({ connectionString: serverUrl(SUPERUSER, password, address, 'postgres'), connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    return rows[0] !== undefined && (await realpath(rows[0].data_directory)) === (await realpath(dataDir));
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function opened(pid: number, password: string, address: ServerAddress): Promise<EmbeddedPostgres> {
  await createDatabase(serverUrl(SUPERUSER, password, address, 'postgres'));
  return {
    url: serverUrl(SUPERUSER, password, address, DATABASE),
    pid,
    async stop() {
      await stopServer(pid);
      await removeSocketDir(address);
    },
  };
}

async function createDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

async function removeSocketDir({ socketDir }: ServerAddress): Promise<void> {
  if (socketDir !== null) await rm(socketDir, { recursive: true, force: true });
}
