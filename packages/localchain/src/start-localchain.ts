/** Starts the chain as a process of its own, for the starter and for tests. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ProgramSource } from './svm/svm.ts';

export interface StartLocalchainOptions {
  /** 0, the default, picks a free one. */
  readonly port?: number;
  readonly host?: string;
  /** Where the chain is kept; without it it lives in memory. */
  readonly dataDir?: string;
  readonly slotMs?: number;
  /** Adds the methods `weather_*` and `chain_*`. */
  readonly weather?: boolean;
  readonly programSo?: string;
  /** The environment of the process; the caller's own when absent. */
  readonly env?: NodeJS.ProcessEnv;
  /** Takes the lines that the process writes to stderr. */
  readonly onLine?: (line: string) => void;
}

export interface RunningLocalchain {
  readonly url: string;
  readonly genesisHash: string;
  readonly source: ProgramSource;
  readonly pid: number;
  /** Lets it snapshot and exit. */
  close(): Promise<void>;
  /** Kills it with SIGKILL, as a crash would. */
  kill(): Promise<void>;
  /** Resolves when the process has ended, with its exit code; `null` when a signal ended it. */
  readonly exited: Promise<number | null>;
}

/** Resolves when the chain answers. Throws an `Error` whose message is the line that the process gave up with. It ends with its parent. */
export async function startLocalchain(options: StartLocalchainOptions = {}): Promise<RunningLocalchain> {
  const args = [fileURLToPath(new URL('./main.ts', import.meta.url)), '--port', String(options.port ?? 0), '--die-with-parent'];
  if (options.host !== undefined) args.push('--host', options.host);
  if (options.dataDir !== undefined) args.push('--data', options.dataDir);
  if (options.slotMs !== undefined) args.push('--slot-ms', String(options.slotMs));
  if (options.weather === true) args.push('--weather');
  if (options.programSo !== undefined) args.push('--program-so', options.programSo);
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'], env: options.env ?? process.env });
  child.stdin.on('error', () => {});
  let lastLine = '';
  eachLine(child.stderr, (line) => {
    lastLine = line;
    options.onLine?.(line);
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const ready = await new Promise<{ url: string; genesisHash: string; source: ProgramSource }>((resolve, reject) => {
    child.once('error', reject);
    eachLine(child.stdout, (line) => resolve(JSON.parse(line) as { url: string; genesisHash: string; source: ProgramSource }));
    exited.then((code) => reject(new Error(lastLine === '' ? `the local chain ended with code ${code}` : lastLine)));
  });
  return {
    url: ready.url,
    genesisHash: ready.genesisHash,
    source: ready.source,
    pid: child.pid ?? 0,
    exited,
    async close() {
      child.stdin.end();
      await exited;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
}
