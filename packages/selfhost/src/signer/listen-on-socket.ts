import { chmod, rm, stat } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { ensureSecureDirectory } from '../keystore/secure-file.ts';

const MAX_CONNECTIONS = 64;

/** Listens on a Unix socket of mode 0600 in a directory of mode 0700. A file left by a dead process is replaced; a live one is an error. */
export async function listenOnSocket(path: string, serve: (socket: Socket) => void): Promise<{ readonly close: () => Promise<void> }> {
  await ensureSecureDirectory(dirname(path));
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    serve(socket);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await removeStale(path);
  await listen(server, path);
  await chmod(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of connections) socket.destroy();
      }),
  };
}

async function removeStale(path: string): Promise<void> {
  const info = await stat(path).catch(() => null);
  if (!info) return;
  if (!info.isSocket()) throw new Error(`${path} is there and is not a socket`);
  const alive = await new Promise<boolean>((resolve) => {
    const probe = createConnection(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'));
  });
  if (alive) throw new Error(`another process listens on ${path}`);
  await rm(path, { force: true });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}
