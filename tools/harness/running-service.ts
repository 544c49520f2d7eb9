/** The whole service in a folder of its own, started as `npm start` does, for the scripts that measure it and shoot at it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CountersignClient, createClient } from '@countersign/sdk';
import { type DataFolder, openDataFolder } from '../start/data-folder.ts';
import { freePort, rememberedPorts } from '../start/ports.ts';
import { identify, isAlive } from '../start/process-identity.ts';
import { ROOT } from '../start/root.ts';

export interface RunningService {
  readonly folder: DataFolder;
  readonly url: string;
  readonly rpcUrl: string;
  /** With the password. */
  readonly databaseUrl: string;
  readonly operator: CountersignClient;
  readonly agent: CountersignClient;
  readonly wallet: string;
  readonly readyAfterMs: number;
  /** The ids of its processes by name; `postgres server` is the database itself. */
  pids(): { readonly [name: string]: number };
  /** SIGKILL for all of it, the database included. */
  killAll(): void;
  /** As Ctrl-C does. */
  stop(): Promise<void>;
}

export interface StartSettings {
  readonly dataDir: string;
  readonly port: number;
  readonly slotMs: number;
  readonly env: { readonly [name: string]: string };
}

const READY_WITHIN_MS = 180_000;
const TIMEOUT_MS = 15_000;

export async function startService(settings: StartSettings): Promise<RunningService> {
  const { dataDir, port, slotMs } = settings;
  const startedAtMs = performance.now();
  const args = [join(ROOT, 'tools', 'start.ts'), '--data', dataDir, '--port', String(port), '--slot-ms', String(slotMs)];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...settings.env },
  });
  await untilReady(child);
  const readyAfterMs = performance.now() - startedAtMs;
  const folder = openDataFolder(dataDir);
  const file = JSON.parse(readFileSync(join(folder.demo, 'client.json'), 'utf8')) as { readonly url: string; readonly wallet: string };
  const as = (name: string): CountersignClient =>
    createClient({ baseUrl: file.url, credential: readFileSync(join(folder.demo, name), 'utf8').trim(), timeoutMs: TIMEOUT_MS });
  const ports = rememberedPorts(folder.ports);
  return {
    folder,
    url: file.url,
    rpcUrl: `http://127.0.0.1:${ports.chain}`,
    databaseUrl: databaseUrl(folder, ports.postgres),
    operator: as('operator-credential'),
    agent: as('agent-credential'),
    wallet: file.wallet,
    readyAfterMs,
    pids: () => readPids(folder),
    killAll() {
      const server = readPids(folder)['postgres server'];
      for (const pid of [child.pid === undefined ? undefined : -child.pid, server]) if (pid !== undefined) kill(pid, 'SIGKILL');
    },
    async stop() {
      const self = identify(child.pid ?? 0);
      if (child.pid !== undefined) kill(-child.pid, 'SIGINT');
      while (isAlive(self)) await sleep(20);
    },
  };
}

/** Any free port, for a service beside others. */
export function anyPort(): Promise<number> {
  return freePort(0);
}

export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function untilReady(child: ChildProcess): Promise<void> {
  let output = '';
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`the service did not start (${why}): ${output.trim().slice(-800)}`));
    const timer = setTimeout(() => fail(`not ready within ${READY_WITHIN_MS / 1000} s`), READY_WITHIN_MS);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (chunk: string) => {
        output = (output + chunk).slice(-20_000);
        if (!output.includes('Countersign is ready.')) return;
        clearTimeout(timer);
        resolve();
      });
    }
    child.once('close', (code) => fail(`exit code ${code}`));
  });
}

function readPids(folder: DataFolder): { readonly [name: string]: number } {
  const noted = JSON.parse(readFileSync(join(folder.run, 'children.json'), 'utf8')) as {
    readonly [name: string]: { readonly pid: number };
  };
  const pids = Object.entries(noted).map(([name, { pid }]): [string, number] => [name, pid]);
  const server = Number(readFileSync(join(folder.postgres, 'postmaster.pid'), 'utf8').split('\n')[0]);
  return Object.fromEntries([...pids, ['postgres server', server]]);
}

function databaseUrl(folder: DataFolder, port: number): string {
  const password = readFileSync(`${folder.postgres}.password`, 'utf8').trim();
  return `postgresql://countersign:${encodeURIComponent(password)}@127.0.0.1:${port}/countersign`;
}
