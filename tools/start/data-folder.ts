import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What lies where under `data/`. */
export interface DataFolder {
  readonly path: string;
  readonly postgres: string;
  readonly chain: string;
  readonly keystore: string;
  readonly demo: string;
  readonly logs: string;
  readonly run: string;
  readonly ports: string;
  /** Of the signer. */
  readonly socket: string;
}

/** The longest path of a Unix socket that every Unix takes, in bytes. */
const LONGEST_SOCKET_PATH_BYTES = 100;

/** Makes the folder and those in it, all closed to others. */
export function openDataFolder(path: string): DataFolder {
  const folder = {
    path,
    postgres: join(path, 'postgres'),
    chain: join(path, 'chain'),
    keystore: join(path, 'keystore'),
    demo: join(path, 'demo'),
    logs: join(path, 'logs'),
    run: join(path, 'run'),
    ports: join(path, 'ports.json'),
  };
  for (const each of [path, folder.demo, folder.logs, folder.run]) makePrivate(each);
  return { ...folder, socket: socketPath(folder.run) };
}

function makePrivate(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o700);
}

/** In the folder itself; in a private folder under the temporary one when that path would be too long. */
function socketPath(run: string): string {
  const path = join(run, 'signer.sock');
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH_BYTES) return path;
  const folder = join(tmpdir(), `countersign-${process.getuid?.() ?? 0}-${createHash('sha256').update(run).digest('hex').slice(0, 16)}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = statSync(folder);
  if (uid !== (process.getuid?.() ?? uid) || (mode & 0o077) !== 0)
    throw new Error(`${folder} belongs to somebody else or is open to others: remove it, or name a shorter folder with --data`);
  return join(folder, 'signer.sock');
}
