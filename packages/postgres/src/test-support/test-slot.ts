import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256Hex } from '@countersign/core';
import { readMigrationFiles } from '../migrate/migration-files.ts';

/** A place for one test server that one process uses at a time; its data folder is used again by the next. */
export interface TestSlot {
  readonly dataDir: string;
  leave(): Promise<void>;
}

/** Takes the first free place of this set of migrations, in the system's folder for temporary files. */
export async function takeTestSlot(): Promise<TestSlot> {
  if (process.platform !== 'linux') return freshFolder();
  const files = await readMigrationFiles();
  const key = sha256Hex(JSON.stringify([process.getuid?.(), ...files.map(({ checksum }) => checksum)])).slice(0, 16);
  for (let index = 0; ; index += 1) {
    const name = `countersign-test-${key}-${index}`;
    const leave = await holdName(name);
    if (leave !== null) return { dataDir: join(tmpdir(), name), leave };
  }
}

/** Listens on a name in Linux's abstract space of sockets: one process has it, and however that ends, it is free again. */
function holdName(name: string): Promise<(() => Promise<void>) | null> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(null) : reject(error)));
    server.listen(`\0${name}`, () => {
      server.unref();
      resolve(() => new Promise((left) => server.close(() => left())));
    });
  });
}

async function freshFolder(): Promise<TestSlot> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-test-'));
  return { dataDir: join(folder, 'data'), leave: () => rm(folder, { recursive: true, force: true }) };
}
