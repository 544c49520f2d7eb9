import { describe } from 'vitest';
import { resolveProgram } from '../program/resolve-program.ts';
import type { ProgramSource } from '../svm/svm.ts';

/** The program of this machine for tests: never dials out. Throws with the reason when there is none at all. */
export async function programForTests(): Promise<ProgramSource> {
  const resolved = await resolveProgram({ env: process.env, dump: null, report: (line) => process.stderr.write(`${line}\n`) });
  if (!resolved.ok) throw new Error(resolved.reason);
  return resolved.source;
}

/**
 * A `describe` for what only the deployed program does. Where there is only the crate it is left out, with its name and reason in a line that
 * starts with `left out:`.
 */
export function describeDeployed(source: ProgramSource, name: string, body: () => void): void {
  const deployed = source.kind === 'deployed-elf';
  if (!deployed)
    process.stderr.write(`left out: ${name} (needs the deployed Squads program, this machine has the crate ${source.version})\n`);
  describe.runIf(deployed)(name, body);
}
