import { describe } from 'vitest';
import { buildCrate, nativeBinaryIfBuilt } from '../program/build-crate.ts';

/** Builds when the crate is asked for by name; else takes what is there, for a build takes minutes. */
async function nativeBinary(): Promise<string | null> {
  if (process.env['COUNTERSIGN_PROGRAM_SOURCE'] !== 'crate') return nativeBinaryIfBuilt();
  const built = await buildCrate((line) => process.stderr.write(`${line}\n`));
  if ('reason' in built) throw new Error(built.reason);
  return built.binaryPath;
}

const binary: string | null = await nativeBinary();

/**
 * A `describe` for what needs the native program. Where it is not built, it is left out, with its name and reason in a line
 * that starts with `left out:`.
 */
export function describeNative(name: string, suite: (binaryPath: string) => void): void {
  if (binary !== null) return void describe(name, () => suite(binary));
  const reason = 'the native Squads program is not built for these sources; COUNTERSIGN_PROGRAM_SOURCE=crate builds it';
  process.stderr.write(`left out: ${name} (${reason})\n`);
  describe.skip(name, () => {});
}
