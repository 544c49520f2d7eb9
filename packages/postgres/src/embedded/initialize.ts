import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PostgresBinaries } from './binaries.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { makePassword, passwordFileOf, readPassword } from './password-file.ts';
import { processIdentity } from './process-identity.ts';

export const SUPERUSER = 'countersign';

/**
 * Makes the data folder where there is none, or checks that what is there is of this version. A new folder is made beside and moved in
 * place when it is complete, so that a crash leaves none half made. Returns the password.
 */
export async function initializeDataDir(
  dataDir: string,
  binaries: PostgresBinaries,
  prefix: readonly string[],
  report: (line: string) => void,
): Promise<string> {
  const entries = await readdir(dataDir).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw new EmbeddedPostgresError('folder_not_ours', `cannot read the data folder ${dataDir}: ${error.message}`);
  });
  if (entries.length === 0) return createDataDir(dataDir, binaries, prefix, report);
  const version = await readFile(join(dataDir, 'PG_VERSION'), 'utf8').catch(() => null);
  if (version === null)
    throw new EmbeddedPostgresError(
      entries.includes('base') || entries.includes('global') ? 'data_corrupt' : 'folder_not_ours',
      `${dataDir} is not empty and is no whole PostgreSQL data folder (PG_VERSION is missing). Nothing was changed: restore it from a backup or choose another folder.`,
    );
  if (Number.parseInt(version, 10) !== binaries.major)
    throw new EmbeddedPostgresError(
      'version_mismatch',
      `${dataDir} is of PostgreSQL ${version.trim()}, this is PostgreSQL ${binaries.major}. Nothing was changed: use the version that made it, or dump and restore.`,
    );
  const password = await readPassword(dataDir);
  if (password === null)
    throw new EmbeddedPostgresError(
      'password_missing',
      `${passwordFileOf(dataDir)} is missing: without it the database in ${dataDir} cannot be opened. Restore it from a backup.`,
    );
  return password;
}

async function createDataDir(
  dataDir: string,
  binaries: PostgresBinaries,
  prefix: readonly string[],
  report: (line: string) => void,
): Promise<string> {
  const release = await lockInitialization(dataDir);
  try {
    return await makeDataDir(dataDir, binaries, prefix, report);
  } finally {
    await release();
  }
}

/** Two processes that make the same folder would give it two passwords. */
async function lockInitialization(dataDir: string): Promise<() => Promise<void>> {
  const path = `${dataDir}.initializing`;
  await mkdir(dirname(dataDir), { recursive: true });
  const holder = await readFile(path, 'utf8').catch(() => null);
  if (holder !== null && (await processIdentity(Number.parseInt(holder, 10))) !== holder) await rm(path, { force: true });
  await writeFile(path, (await processIdentity(process.pid)) ?? '', { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    throw new EmbeddedPostgresError(
      error.code === 'ENOSPC' ? 'disk_full' : 'did_not_start',
      error.code === 'EEXIST' ? `another process is making the database in ${dataDir} just now: start again in a moment` : error.message,
    );
  });
  return () => rm(path, { force: true });
}

async function makeDataDir(
  dataDir: string,
  binaries: PostgresBinaries,
  prefix: readonly string[],
  report: (line: string) => void,
): Promise<string> {
  report(`making a new database in ${dataDir}`);
  const unfinished = `${dataDir}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const password = await makePassword(dataDir);
  const [command = binaries.initdb, ...args] = [
    ...prefix,
    binaries.initdb,
    `--pgdata=${unfinished}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFileOf(dataDir)}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--data-checksums',
    '--no-instructions',
  ];
  const output = await new Promise<{ readonly code: number | null; readonly text: string }>((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], TZ: 'UTC', LC_ALL: 'C' } });
    let text = '';
    const collect = (chunk: Buffer): void => {
      text += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, text }));
  });
  if (output.code !== 0) {
    await rm(unfinished, { recursive: true, force: true });
    const line = output.text.split('\n').find((each) => /error|fatal|could not/i.test(each)) ?? output.text.trim();
    throw new EmbeddedPostgresError(
      /No space left/.test(output.text) ? 'disk_full' : 'did_not_start',
      `a new database could not be made in ${dataDir}: ${line}`,
    );
  }
  // Only an empty folder goes away.
  await rmdir(dataDir).catch(() => undefined);
  await rename(unfinished, dataDir);
  return password;
}
