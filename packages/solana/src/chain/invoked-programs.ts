import { type Address, isAddress } from '@countersign/core';
import type { InnerInstruction } from './inner-instruction.ts';
import { unreadable } from './rpc-pool.ts';

/** Only the runtime writes such a line: what a program logs starts with "Program log:". */
const INVOKED = /^Program ([1-9A-HJ-NP-Za-km-z]{32,44}) invoke \[\d+\]$/;

/**
 * Every program that ran at any depth, sorted. Logs may have been cut off, so that they prove no absence; but a program that they name and
 * that neither the message nor an inner instruction calls shows that the inner instructions are not all there.
 */
export function invokedPrograms(
  called: readonly Address[],
  inner: readonly InnerInstruction[],
  logs: readonly string[],
): readonly Address[] {
  const programs = new Set<Address>([...called, ...inner.map(({ program }) => program)]);
  for (const line of logs) {
    const program = INVOKED.exec(line)?.[1];
    if (program === undefined) continue;
    if (!isAddress(program) || !programs.has(program)) unreadable(`a run of program ${program}, which the logs tell and the calls do not,`);
  }
  return [...programs].sort();
}
