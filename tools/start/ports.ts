import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { writePrivateFile } from './private-file.ts';

const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_000;

/** Ports that users need not know but find again: the same ones on every start while they are free. */
export interface InternalPorts {
  readonly postgres: number;
  readonly chain: number;
}

/** Those of the last start; 0 where none is remembered. */
export function rememberedPorts(path: string): InternalPorts {
  try {
    const { postgres, chain } = JSON.parse(readFileSync(path, 'utf8')) as Partial<InternalPorts>;
    return { postgres: portOr0(postgres), chain: portOr0(chain) };
  } catch {
    return { postgres: 0, chain: 0 };
  }
}

export function rememberPorts(path: string, ports: InternalPorts): void {
  const before = rememberedPorts(path);
  if (before.postgres !== ports.postgres || before.chain !== ports.chain) writePrivateFile(path, `${JSON.stringify(ports)}\n`);
}

export async function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * The wanted port when it is free, else another free one. It lies below the range from which systems take the ports of outgoing
 * connections, so that no client holds it when a server that was killed comes back.
 */
export async function freePort(wanted: number): Promise<number> {
  if (wanted !== 0 && (await isPortFree(wanted))) return wanted;
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`no free port between ${LOWEST_PORT} and ${HIGHEST_PORT} on 127.0.0.1`);
}

function portOr0(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536 ? value : 0;
}
