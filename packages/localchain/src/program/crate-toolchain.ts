/** What a build needs on the machine. */
import { runTool } from './cargo.ts';

/** `rust-version` of `native/Cargo.toml`. */
export const OLDEST_RUST: readonly [number, number] = [1, 95];
const INSTEAD = 'or set SQUADS_PROGRAM_SO to the Squads v4 ELF of mainnet';

/** `null` when there is a cargo, a rustc new enough and a C compiler; else what to install or set. */
export async function missingTools(): Promise<string | null> {
  const oldest = OLDEST_RUST.join('.');
  const quiet = { cwd: '.', env: {}, onLine: (): void => {} };
  const cargo = await runTool(process.env['CARGO'] ?? 'cargo', ['--version'], quiet);
  if (!cargo.ok && cargo.missing) return `there is no cargo: install Rust ${oldest} or newer (https://rustup.rs), ${INSTEAD}`;
  if (!cargo.ok) return `cargo does not run: ${cargo.problem}; install Rust ${oldest} or newer (https://rustup.rs), ${INSTEAD}`;
  const rustc = await runTool(process.env['RUSTC'] ?? 'rustc', ['--version'], quiet);
  if (!rustc.ok) return `rustc does not run: ${rustc.problem}; install Rust ${oldest} or newer (https://rustup.rs), ${INSTEAD}`;
  if (isTooOld(rustc.stdout)) {
    return `rustc is ${rustc.stdout.trim()}, and the build needs ${oldest} or newer: "rustup toolchain install ${oldest}" and set RUSTUP_TOOLCHAIN=${oldest}, ${INSTEAD}`;
  }
  const cc = await runTool(process.env['CC'] ?? 'cc', ['--version'], quiet);
  if (!cc.ok) return `there is no C compiler (cc): install one, such as gcc or clang with the headers of the C library, ${INSTEAD}`;
  return null;
}

/** Of what `rustc --version` prints; what cannot be read is not called too old. */
export function isTooOld(rustcVersion: string): boolean {
  const [, major, minor] = /^rustc (\d+)\.(\d+)\./.exec(rustcVersion) ?? [];
  if (major === undefined || minor === undefined) return false;
  const [oldestMajor, oldestMinor] = OLDEST_RUST;
  return Number(major) < oldestMajor || (Number(major) === oldestMajor && Number(minor) < oldestMinor);
}
