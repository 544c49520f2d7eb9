import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { diagnose, tellingLine } from '../src/embedded/diagnose.ts';
import { findFreePort } from '../src/embedded/free-port.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/embedded/start-embedded-postgres.ts';

let folder: string;
let dataDir: string;
const running: EmbeddedPostgres[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-embedded-'));
  dataDir = join(folder, 'closed', 'data');
  await mkdir(join(folder, 'closed'), { mode: 0o700 });
});
afterAll(async () => {
  for (const server of running) await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(change: Partial<Parameters<typeof startEmbeddedPostgres>[0]> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, port: 0, report: () => undefined, ...change });
  running.push(server);
  return server;
}
async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describe('the embedded server', () => {
  test('starts from nothing below a closed folder, durable, with a password and on the loopback interface only', async () => {
    const server = await start();
    expect(await query(server.url, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
    expect(await query(server.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(await query(server.url, 'SHOW timezone')).toEqual([{ TimeZone: 'UTC' }]);
    expect(await query(server.url, 'SHOW data_checksums')).toEqual([{ data_checksums: 'on' }]);
    expect(await query(server.url, `SELECT datcollate FROM pg_database WHERE datname = 'countersign'`)).toEqual([{ datcollate: 'C' }]);
    const wrong = new URL(server.url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    expect((await stat(`${dataDir}.password`)).mode & 0o777).toBe(0o600);
    await query(server.url, 'CREATE TABLE kept AS SELECT 1 AS one');
    await server.stop();
    await expect(query(server.url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server.stop();
  });

  test('starts again quickly; a second start attaches; after a kill all committed rows are there', async () => {
    const before = Date.now();
    const server = await start();
    expect(Date.now() - before).toBeLessThan(1_500);
    const again = await start();
    expect(again.pid).toBe(server.pid);
    process.kill(server.pid, 'SIGKILL');
    const after = await start();
    expect(after.pid).not.toBe(server.pid);
    expect(await query(after.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
  });

  test('a server on another port than wanted is stopped and started there', async () => {
    const port = await findFreePort();
    const moved = await start({ port });
    expect(new URL(moved.url).port).toBe(String(port));
    await moved.stop();
  });

  test('a server that another program works with is not taken away', async () => {
    const server = await start();
    const other = new Client({ connectionString: server.url });
    await other.connect();
    await expect(start({ port: await findFreePort() })).rejects.toMatchObject({ reason: 'in_use' });
    expect((await other.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await other.end();
    await server.stop();
  });

  test('two programs that make the same folder: one makes it, the other says so or finds it made', async () => {
    const shared = join(folder, 'shared');
    const results = await Promise.allSettled([start({ dataDir: shared }), start({ dataDir: shared })]);
    const [one] = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(await query(one?.url ?? '', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ reason: 'did_not_start' });
    const again = await start({ dataDir: shared });
    expect(again.pid).toBe(one?.pid);
    await again.stop();
  });

  test('on a Unix socket only', async () => {
    const server = await start({ socketOnly: true });
    expect(await query(server.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '' }]);
    expect(await query(server.url, 'SELECT inet_server_addr() AS address')).toEqual([{ address: null }]);
    await server.stop();
  });

  test('a stale pid file that names a process of somebody else', async () => {
    await writeFile(join(dataDir, 'postmaster.pid'), `${process.pid}\n${dataDir}\n1\n5432\n\n127.0.0.1\n\nready\n`);
    const server = await start();
    expect(server.pid).not.toBe(process.pid);
    await server.stop();
  });

  test('a busy port is one clear line', async () => {
    const port = await findFreePort();
    const busy: Server = createServer().listen(port, '127.0.0.1');
    await expect(start({ port })).rejects.toMatchObject({ reason: 'port_busy', message: expect.stringContaining(String(port)) });
    busy.close();
  });

  test('another version, a missing password, a foreign folder: one line each, nothing changed', async () => {
    const version = join(dataDir, 'PG_VERSION');
    const text = await readFile(version, 'utf8');
    await writeFile(version, '17\n');
    await expect(start()).rejects.toMatchObject({ reason: 'version_mismatch' });
    await writeFile(version, text);
    const password = await readFile(`${dataDir}.password`);
    await rm(`${dataDir}.password`);
    await expect(start()).rejects.toMatchObject({ reason: 'password_missing' });
    await writeFile(`${dataDir}.password`, password, { mode: 0o600 });
    const foreign = join(folder, 'foreign');
    await mkdir(foreign);
    await writeFile(join(foreign, 'thesis.txt'), 'text');
    await expect(start({ dataDir: foreign })).rejects.toMatchObject({ reason: 'folder_not_ours' });
    expect(await readdir(foreign)).toEqual(['thesis.txt']);
  });

  test('a damaged folder is told and not touched', async () => {
    const control = join(dataDir, 'global', 'pg_control');
    const whole = await readFile(control);
    await truncate(control, 10);
    await expect(start()).rejects.toMatchObject({ reason: 'data_corrupt' });
    expect((await stat(control)).size).toBe(10);
    await writeFile(control, whole);
    const server = await start();
    expect(await query(server.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
    await server.stop();
  });

  test.runIf(process.getuid?.() === 0)('a full disk is told', async () => {
    const small = join(folder, 'small');
    await mkdir(small);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', small], { stdio: 'ignore' });
    } catch {
      // No mounts here: what the server would say is judged instead.
      expect(diagnose('FATAL:  could not write lock file "postmaster.pid": No space left on device').kind).toBe('disk_full');
      return;
    }
    try {
      await expect(start({ dataDir: join(small, 'data') })).rejects.toMatchObject({ reason: 'disk_full' });
    } finally {
      execFileSync('umount', [small]);
    }
  });

  test('what the log says is put in one line', async () => {
    const log = '2026-01-01 UTC [1] LOG:  starting\n2026-01-01 UTC [1] FATAL:  pre-existing shared memory block (key 1) is still in use\n';
    expect(diagnose(log)).toEqual({ kind: 'again' });
    expect(tellingLine(log)).toBe('pre-existing shared memory block (key 1) is still in use');
  });
});
