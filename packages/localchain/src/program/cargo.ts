/** Cargo, as a child process that ends with this one. */
import { spawn } from 'node:child_process';

export interface CargoOptions {
  readonly cwd: string;
  /** Beside what this process has. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes each line of standard error; a progress bar's states count as lines. */
  readonly onLine: (line: string) => void;
}

export type CargoResult =
  | { readonly ok: true; readonly stdout: string }
  /** `missing` when there is no cargo to run. */
  | { readonly ok: false; readonly missing: boolean; readonly problem: string };

const MOST_LINES_KEPT = 200;

/** Runs cargo to its end. `CARGO` names another one than the one on the PATH. */
export function runCargo(args: readonly string[], options: CargoOptions): Promise<CargoResult> {
  return runTool(process.env['CARGO'] ?? 'cargo', args, options);
}

/** As `runCargo`, for any program. */
export function runTool(command: string, args: readonly string[], options: CargoOptions): Promise<CargoResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, CARGO_TERM_COLOR: 'never', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const kill = (): void => void child.kill();
    process.once('exit', kill);
    const stdout: Buffer[] = [];
    const kept: string[] = [];
    let rest = '';
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split(/[\r\n]+/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        options.onLine(line);
        kept.push(line);
        if (kept.length > MOST_LINES_KEPT) kept.shift();
      }
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      process.removeListener('exit', kill);
      resolve({ ok: false, missing: error.code === 'ENOENT', problem: error.message });
    });
    child.on('close', (code, signal) => {
      process.removeListener('exit', kill);
      if (code === 0) resolve({ ok: true, stdout: Buffer.concat(stdout).toString('utf8') });
      else resolve({ ok: false, missing: false, problem: errorIn([...kept, rest], code, signal) });
    });
  });
}

/** The first line that cargo calls an error and what it says it was caused by. */
function errorIn(lines: readonly string[], code: number | null, signal: string | null): string {
  const said = lines.map((line) => line.trim());
  const first = said.find((line) => line.startsWith('error'));
  const causes = said.filter((_, i) => said[i - 1] === 'Caused by:');
  const ended = signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`;
  if (first === undefined) return ended;
  const last = causes.at(-1);
  return last === undefined ? first : `${first} (${last})`;
}
