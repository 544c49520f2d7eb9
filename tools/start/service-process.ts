import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { COMPILE_CACHE } from './compile-cache.ts';
import { ROOT } from './root.ts';

/** One process of the service: prints one line of JSON when it is ready and ends when its standard input closes. */
export interface ServiceCommand {
  readonly name: string;
  /** Script and arguments, for the Node that runs this. */
  readonly args: readonly string[];
  readonly env: { readonly [name: string]: string };
  /** Told each line of standard error until it is ready. */
  readonly onProgress: (line: string) => void;
}

export interface ServiceProcess {
  readonly pid: number;
  /** The ready line; rejects with the last line on standard error when the process ends before. */
  readonly ready: Promise<ReadyLine>;
  /** How it ended, in words. */
  readonly ended: Promise<string>;
  /** The line that tells best what went wrong, of the last ones that it wrote. */
  problem(): string | undefined;
  /** Asks it to end; kills it after `patienceMs`. */
  stop(patienceMs: number): Promise<void>;
}

export interface ReadyLine {
  readonly [name: string]: unknown;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Starts the process; everything that it writes goes to `log`. */
export function startProcess(command: ServiceCommand, log: WriteStream): ServiceProcess {
  const child: Child = spawn(process.execPath, [...command.args], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...inherited(), ...command.env },
  });
  child.stdin.on('error', () => undefined);
  let isReady = false;
  const lastLines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.write(`${line}\n`);
    if (line.trim() !== '') lastLines.push(line);
    if (lastLines.length > 40) lastLines.shift();
    if (!isReady) command.onProgress(line);
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  const ready = new Promise<ReadyLine>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const parsed = parseReady(line);
      // What a process says when it is ready may hold a password.
      log.write(parsed === null ? `${line}\n` : `ready at ${new Date().toISOString()}\n`);
      if (isReady || parsed === null) return;
      isReady = true;
      resolve(parsed);
    });
    ended.then((how) => reject(new Error(withName(command.name, tellingLine(lastLines) ?? `ended before it was ready (${how})`))));
  });
  ready.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    ready,
    ended,
    problem: () => tellingLine(lastLines),
    async stop(patienceMs) {
      child.stdin.end();
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      await ended;
      clearTimeout(killer);
    },
  };
}

/** What a child needs of the environment, and no more: a setting meant for another part must not reach it by accident. */
function inherited(): { readonly [name: string]: string } {
  const wanted =
    /^(PATH|HOME|USER|LANG|LC_.*|TZ|TMPDIR|XDG_.*|NODE_EXTRA_CA_CERTS|SSL_CERT_.*|https?_proxy|HTTPS?_PROXY|no_proxy|NO_PROXY|CARGO_.*|RUSTUP_.*|SQUADS_PROGRAM_SO|COUNTERSIGN_PROGRAM_SOURCE|COUNTERSIGN_MAINNET_RPC_URL|NO_COLOR|CI)$/;
  const found = Object.entries(process.env).filter(([name, value]) => wanted.test(name) && value !== undefined);
  return Object.fromEntries(found) as { readonly [name: string]: string };
}

function parseReady(line: string): ReadyLine | null {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === 'object' && value !== null && (value as ReadyLine)['ready'] === true ? (value as ReadyLine) : null;
  } catch {
    return null;
  }
}

/** The last line, or, of the dump of a crash, the line with the error. */
function tellingLine(lines: readonly string[]): string | undefined {
  const crashed = lines.at(-1)?.startsWith('Node.js v') === true;
  return (crashed ? lines.find((line) => /^\s*[\w [\]]*Error\b/.test(line)) : undefined)?.trim() ?? lines.at(-1);
}

/** The service's name once, whatever its process calls itself. */
function withName(name: string, line: string): string {
  return `${name}: ${line.replace(/^(localchain|postgres|signer|countersign-api): /, '')}`;
}
