/** Where the native program is built and kept for this user, and which sources a binary is of. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VENDORED_CRATES } from './crate-vendor.ts';
import { cachedProgramPath } from './program-cache.ts';

/** The release of `squads-multisig-program` that `native/Cargo.toml` names. */
export const CRATE_VERSION = '2.0.0';
export const NATIVE_NAME = 'countersign-native-svm';
/** The Rust sources of this package. */
export const NATIVE_SOURCES: string = fileURLToPath(new URL('../../native/', import.meta.url));

export interface CrateCache {
  readonly root: string;
  /** The crate's sources with the vendored copies beside them. One place for every clone, so that cargo finds it unchanged. */
  readonly stage: string;
  /** Cargo's target folder, shared by every clone: a change of our sources compiles one crate of several hundred. */
  readonly target: string;
  readonly lock: string;
  /** The finished binary of exactly the present sources. */
  readonly binary: string;
}

/** The paths for `env` (`XDG_CACHE_HOME`, `HOME`). Reads the sources, writes nothing. */
export function crateCache(env: NodeJS.ProcessEnv): CrateCache {
  const root = join(dirname(cachedProgramPath(env)), 'native-svm');
  return {
    root,
    stage: join(root, 'stage'),
    target: join(root, 'target'),
    lock: join(root, 'lock'),
    binary: join(root, 'bin', `${NATIVE_NAME}-${sourcesSha256().slice(0, 16)}`),
  };
}

/** The binary of the present sources, when it has been built on this machine. Never builds. */
export function nativeBinaryIfBuilt(env: NodeJS.ProcessEnv = process.env): string | null {
  const { binary } = crateCache(env);
  return existsSync(binary) ? binary : null;
}

/** Paths relative to `NATIVE_SOURCES`, in order: the manifest, the lock file and the Rust files. */
export function nativeSourceFiles(): readonly string[] {
  const rust = readdirSync(join(NATIVE_SOURCES, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.rs'))
    .map((path) => join('src', path));
  return ['Cargo.lock', 'Cargo.toml', ...rust].sort();
}

/** Over everything that the binary depends on: our sources, the vendored crates and the kind of machine. Hex. */
export function sourcesSha256(): string {
  const hash = createHash('sha256').update(JSON.stringify([process.platform, process.arch, VENDORED_CRATES]));
  for (const path of nativeSourceFiles()) {
    const bytes = readFileSync(join(NATIVE_SOURCES, path));
    hash.update(`\n${path} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}
