import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { writePrivateFile } from './private-file.ts';

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

/** The wanted port when it is free, else any free one. */
export async function freePort(wanted: number): Promise<number> {
  if (wanted !== 0 && (await isPortFree(wanted))) return wanted;
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no free port'))));
    });
  });
}

function portOr0(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536 ? value : 0;
}
