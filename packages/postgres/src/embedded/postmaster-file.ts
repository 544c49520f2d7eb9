import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a running server writes into its data folder. */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  /** Folder of its Unix socket; empty without one. */
  readonly socketDir: string;
  readonly listenAddress: string;
  /** `ready` once it takes connections. */
  readonly status: string;
}

/** Lines: pid, data folder, start time, port, socket folder, listen address, shared memory key, status. `null` where there is none. */
export async function readPostmasterFile(dataDir: string): Promise<PostmasterFile | null> {
  const text = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => null);
  if (text === null) return null;
  const [pid = '', , , port = '', socketDir = '', listenAddress = '', , status = ''] = text.split('\n').map((line) => line.trim());
  return { pid: Math.abs(Number(pid)), port: Number(port), socketDir, listenAddress, status };
}

/** Whether a process of this id exists and is a PostgreSQL server; ids are used again after a reboot. */
export async function isPostgresAlive(pid: number): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 1) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const [name, stat] = await Promise.all(['comm', 'stat'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => null)));
  if (name === null || name === undefined || stat === null || stat === undefined) return process.platform !== 'linux';
  // A zombie is dead already: its parent has not looked yet.
  return name.trim() === 'postgres' && !/\) Z /.test(stat);
}
