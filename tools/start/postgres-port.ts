import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './ports.ts';

/** The port for the database: the remembered one when it is free, or when our own server, left running by a start that was killed, still has it. */
export async function postgresPort(dataDir: string, remembered: number): Promise<number> {
  return remembered !== 0 && remembered === runningServersPort(dataDir) ? remembered : freePort(remembered);
}

/** Lines 1 and 4 of postmaster.pid are the server's process id and port; `null` when no such server runs. */
function runningServersPort(dataDir: string): number | null {
  try {
    const lines = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n');
    process.kill(Number(lines[0]), 0);
    return Number(lines[3]);
  } catch {
    return null;
  }
}
