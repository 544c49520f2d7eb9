/**
 * The process that keeps the embedded PostgreSQL: `--data DIR --port N`. One line of JSON when the database takes connections; ends, and the
 * database with it, when standard input closes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type EmbeddedPostgres, EmbeddedPostgresError, startEmbeddedPostgres } from '@countersign/postgres';
import { identify, isAlive } from './process-identity.ts';

const WATCH_MS = 500;
const BUSY_MS = 10_000;

function fail(problem: string): never {
  process.stderr.write(`postgres: ${problem.replaceAll('\n', ' ')}\n`);
  process.exit(1);
}

/** The port that everybody was told. A server that was killed may hold it for a moment longer. */
async function openAt(dataDir: string, port: number): Promise<EmbeddedPostgres> {
  const giveUpAtMs = performance.now() + BUSY_MS;
  for (;;) {
    try {
      return await startEmbeddedPostgres({ dataDir, port, report: (line) => process.stderr.write(`postgres: ${line}\n`) });
    } catch (error) {
      const busy = error instanceof EmbeddedPostgresError && error.reason === 'port_busy';
      if (!busy || performance.now() > giveUpAtMs) throw error;
      await sleep(200);
    }
  }
}

const { values } = parseArgs({ strict: true, options: { data: { type: 'string' }, port: { type: 'string' } } });
if (values.data === undefined || values.port === undefined) fail('--data and --port are needed');
let stopping = false;
let database: EmbeddedPostgres | null = null;
/** Told to stop while the server is still on its way up, it waits for it: a server must not be left behind. */
const stop = (): void => {
  if (stopping) return;
  stopping = true;
  if (database !== null) stopServer(database);
};
function stopServer(running: EmbeddedPostgres): void {
  running.stop().then(
    () => process.exit(0),
    (error: Error) => fail(error.message),
  );
}
// An interrupt at the terminal reaches the starter too, which ends the API before the database.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('SIGTERM', stop);
process.stdin.on('end', stop);
process.stdin.on('error', stop);
process.stdin.resume();

const opened = await openAt(values.data, Number(values.port)).catch((error: Error) => fail(error.message));
database = opened;
if (stopping) stopServer(opened);
else process.stdout.write(`${JSON.stringify({ ready: true, url: opened.url, pid: opened.pid })}\n`);

const server = identify(opened.pid);
while (!stopping) {
  await sleep(WATCH_MS);
  if (!stopping && !isAlive(server)) fail(`the database server (process ${opened.pid}) has ended`);
}
