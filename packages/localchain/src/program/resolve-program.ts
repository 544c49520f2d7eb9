/** Finds the Squads program for this machine: a named file, the per-user cache, one dump from mainnet, else the crate. */
import { existsSync, readFileSync } from 'node:fs';
import type { ProgramSource } from '../svm/svm.ts';
import { DEFAULT_MAINNET_RPC_URL, type DumpProgram, dumpFrom } from './dump-program.ts';
import { PINNED_SHA256, wrongProgram } from './pinned-program.ts';
import { cachedProgramPath, writeCachedProgram } from './program-cache.ts';

export type BuildCrate = (
  report: (line: string) => void,
) => Promise<{ readonly version: string; readonly binaryPath: string } | { readonly reason: string }>;

export interface ResolveProgramOptions {
  /** `SQUADS_PROGRAM_SO`, `COUNTERSIGN_PROGRAM_SOURCE` (`elf` or `crate`), `COUNTERSIGN_MAINNET_RPC_URL`, `XDG_CACHE_HOME` and `HOME` are read from it. */
  readonly env: NodeJS.ProcessEnv;
  /** A file with the ELF; goes before `SQUADS_PROGRAM_SO`. */
  readonly programSo?: string;
  /** Goes before `COUNTERSIGN_PROGRAM_SOURCE`. */
  readonly force?: 'elf' | 'crate';
  /** Takes lines about what goes on, such as a build that takes minutes. */
  readonly report: (line: string) => void;
  /** How a dump is made; without it a mainnet node is asked over HTTP. `null` never asks. */
  readonly dump?: DumpProgram | null;
  /** How the crate is built; without it `build-crate.ts` does. */
  readonly buildCrate?: BuildCrate;
}

export type ResolvedProgram = { readonly ok: true; readonly source: ProgramSource } | { readonly ok: false; readonly reason: string };

/** The program that this machine runs, or one line that says why there is none. Never throws for what a user can cause. */
export async function resolveProgram(options: ResolveProgramOptions): Promise<ResolvedProgram> {
  const asked = options.force ?? options.env['COUNTERSIGN_PROGRAM_SOURCE'];
  if (asked !== undefined && asked !== '' && asked !== 'elf' && asked !== 'crate') {
    return { ok: false, reason: `COUNTERSIGN_PROGRAM_SOURCE is "${asked}"; it can be "elf" or "crate"` };
  }
  if (asked === 'crate') return fromCrate(options, []);
  const named = options.programSo ?? options.env['SQUADS_PROGRAM_SO'];
  if (named !== undefined && named !== '') return fromFile(named);
  const cachePath = cachedProgramPath(options.env);
  if (existsSync(cachePath)) return fromFile(cachePath);
  const missed = await dumpIntoCache(options, cachePath);
  if (missed === null) return { ok: true, source: elfAt(cachePath) };
  if (asked === 'elf') return { ok: false, reason: `the deployed Squads program is not on this machine (${cachePath}), and ${missed}` };
  return fromCrate(options, [missed]);
}

function elfAt(path: string): ProgramSource {
  return { kind: 'deployed-elf', path, sha256: PINNED_SHA256 };
}

function fromFile(path: string): ResolvedProgram {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return { ok: false, reason: `the Squads program cannot be read: ${(error as Error).message}` };
  }
  const wrong = wrongProgram(path, bytes);
  return wrong === null ? { ok: true, source: elfAt(path) } : { ok: false, reason: wrong };
}

/** `null` when the cache now holds the program, else why not. */
async function dumpIntoCache(options: ResolveProgramOptions, cachePath: string): Promise<string | null> {
  if (options.dump === null) return 'no mainnet node was asked';
  const url = options.env['COUNTERSIGN_MAINNET_RPC_URL'];
  const dump = options.dump ?? dumpFrom(url === undefined || url === '' ? DEFAULT_MAINNET_RPC_URL : url);
  const result = await dump();
  if (!result.ok) return result.reason;
  const wrong = wrongProgram('what the mainnet node answered', result.elf);
  if (wrong !== null) {
    options.report(wrong);
    return wrong;
  }
  try {
    writeCachedProgram(cachePath, result.elf);
    return null;
  } catch (error) {
    return `the program cannot be kept: ${(error as Error).message}`;
  }
}

async function fromCrate(options: ResolveProgramOptions, before: readonly string[]): Promise<ResolvedProgram> {
  const build = options.buildCrate ?? (await import('./build-crate.ts')).buildCrate;
  const built = await build(options.report);
  if ('reason' in built) return { ok: false, reason: [...before, built.reason].join('; ') };
  return { ok: true, source: { kind: 'crate', version: built.version, binaryPath: built.binaryPath } };
}
