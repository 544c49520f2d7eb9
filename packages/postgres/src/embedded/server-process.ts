import { spawn } from 'node:child_process';
import { open, rename, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { isPostgresAlive, readPostmasterFile } from './postmaster-file.ts';

const LARGEST_LOG_BYTES = 16 * 1024 * 1024;
const POLL_MS = 10;
/** Recovery after a crash may replay up to max_wal_size of log. */
const START_DEADLINE_MS = 120_000;
const FAST_STOP_MS = 20_000;
const IMMEDIATE_STOP_MS = 5_000;

export type SpawnOutcome =
  | { readonly kind: 'ready'; readonly pid: number }
  /** It ended; `log` is what it wrote. */
  | { readonly kind: 'ended'; readonly log: string };

/**
 * Starts the server and waits until it takes connections. It is in a session of its own: an interrupt at the terminal reaches the program,
 * which stops the server after its last transaction, and not the server itself.
 */
export async function spawnServer(dataDir: string, command: readonly string[]): Promise<SpawnOutcome> {
  const logPath = `${dataDir}.log`;
  const sizeBefore = await stat(logPath).then(
    ({ size }) => size,
    () => 0,
  );
  if (sizeBefore > LARGEST_LOG_BYTES) await rename(logPath, `${logPath}.1`);
  const log = await open(logPath, 'a+', 0o600);
  try {
    const from = (await log.stat()).size;
    const [file = '', ...args] = command;
    const child = spawn(file, args, {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { PATH: process.env['PATH'], TZ: 'UTC', LC_ALL: 'C' },
    });
    let ended: string | null = null;
    child.on('error', (error) => {
      ended = error.message;
    });
    child.on('exit', (code, signal) => {
      ended = `exit ${code ?? signal}`;
    });
    child.unref();
    for (let waited = 0; waited < START_DEADLINE_MS; waited += POLL_MS) {
      if (ended !== null) {
        const { size } = await log.stat();
        const text = Buffer.alloc(Math.min(size - from, 65_536));
        await log.read(text, 0, text.length, from);
        return { kind: 'ended', log: text.length === 0 ? ended : text.toString() };
      }
      const file = await readPostmasterFile(dataDir);
      if (file !== null && child.pid !== undefined && file.pid === child.pid && file.status === 'ready')
        return { kind: 'ready', pid: child.pid };
      await sleep(POLL_MS);
    }
    throw new EmbeddedPostgresError(
      'did_not_start',
      `the database in ${dataDir} did not get ready within ${START_DEADLINE_MS / 1000} s; see ${logPath}`,
    );
  } finally {
    await log.close();
  }
}

/** Fast shutdown: open transactions are rolled back, everything is written. Does nothing when no such server runs. */
export async function stopServer(pid: number): Promise<void> {
  for (const [signal, patienceMs] of [
    ['SIGINT', FAST_STOP_MS],
    ['SIGQUIT', IMMEDIATE_STOP_MS],
  ] as const) {
    if (!(await isPostgresAlive(pid))) return;
    process.kill(pid, signal);
    for (let waited = 0; waited < patienceMs; waited += POLL_MS) {
      await sleep(POLL_MS);
      if (!(await isPostgresAlive(pid))) return;
    }
  }
  throw new EmbeddedPostgresError('did_not_stop', `the database server (process ${pid}) does not stop`);
}
