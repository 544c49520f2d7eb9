/** Compiles the staged crate and puts the binary in its place. */
import {
  chmodSync,
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { runCargo } from './cargo.ts';
import { type CrateCache, NATIVE_NAME, NATIVE_SOURCES, nativeSourceFiles } from './crate-cache.ts';

const REPORT_EVERY_MS = 5_000;

/** Copies our sources, and nothing older, beside the vendored crates. A file that is the same keeps its time, by which cargo goes. */
export function stageSources(cache: CrateCache): void {
  const paths = nativeSourceFiles();
  mkdirSync(join(cache.stage, 'src'), { recursive: true });
  for (const path of readdirSync(join(cache.stage, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (path.endsWith('.rs') && !paths.includes(join('src', path))) rmSync(join(cache.stage, 'src', path));
  }
  for (const path of paths) {
    const to = join(cache.stage, path);
    const bytes = readFileSync(join(NATIVE_SOURCES, path));
    mkdirSync(dirname(to), { recursive: true });
    if (!isSame(to, bytes)) writeFileSync(to, bytes);
  }
}

/** `null` when `cache.binary` is there, else one line that says why the build failed. */
export async function compileCrate(cache: CrateCache, report: (line: string) => void): Promise<string | null> {
  const progress = new Progress(report);
  const built = await runCargo(['build', '--release', '--locked', '--message-format', 'json-render-diagnostics'], {
    cwd: cache.stage,
    env: { CARGO_TARGET_DIR: cache.target, CARGO_TERM_PROGRESS_WHEN: 'always', CARGO_TERM_PROGRESS_WIDTH: '100' },
    onLine: (line) => progress.line(line),
  });
  if (!built.ok) return `the Squads crate does not build: ${built.problem}`;
  const executable = executableIn(built.stdout);
  if (executable === null) return 'the Squads crate does not build: cargo named no binary';
  putInPlace(executable, cache.binary);
  return null;
}

/** What cargo's progress bar says, every few seconds. */
class Progress {
  readonly #report: (line: string) => void;
  readonly #startedAtMs = performance.now();
  #reportedAtMs = Number.NEGATIVE_INFINITY;

  constructor(report: (line: string) => void) {
    this.#report = report;
  }

  line(line: string): void {
    const counted = countIn(line);
    const nowMs = performance.now();
    if (counted === null || nowMs - this.#reportedAtMs < REPORT_EVERY_MS) return;
    this.#reportedAtMs = nowMs;
    const seconds = Math.round((nowMs - this.#startedAtMs) / 1_000);
    this.#report(`Squads program: ${counted.done} of ${counted.total} build steps done, ${seconds} s`);
  }
}

/** Of a line such as `Building [====>   ] 12/449: syn, serde`. */
export function countIn(line: string): { readonly done: number; readonly total: number } | null {
  const [, done, total] = /^\s*Building \[[=> ]*\] (\d+)\/(\d+)/.exec(line) ?? [];
  return done === undefined || total === undefined ? null : { done: Number(done), total: Number(total) };
}

/** Cargo's messages are one JSON object a line; the artifact of a binary has its path. */
function executableIn(messages: string): string | null {
  for (const line of messages.split('\n')) {
    if (!line.startsWith('{')) continue;
    const { executable, target } = JSON.parse(line) as { executable?: unknown; target?: { name?: unknown } };
    if (typeof executable === 'string' && target?.name === NATIVE_NAME) return executable;
  }
  return null;
}

/** Copies beside, syncs and renames, so that no process ever runs half a binary. */
function putInPlace(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  const draft = `${to}.${process.pid}.tmp`;
  copyFileSync(from, draft);
  chmodSync(draft, 0o755);
  const file = openSync(draft, 'r+');
  fsyncSync(file);
  closeSync(file);
  renameSync(draft, to);
}

function isSame(path: string, bytes: Uint8Array): boolean {
  try {
    return readFileSync(path).equals(bytes);
  } catch {
    return false;
  }
}
