import { type Address, isAddress } from '@countersign/core';
import type { ParsedMessage } from '../decode/index.ts';
import { listOf, objectOf } from './read-json.ts';
import { unreadable } from './rpc-pool.ts';

/** Only the runtime writes such a line: what a program logs starts with "Program log:". */
const INVOKED = /^Program ([1-9A-HJ-NP-Za-km-z]{32,44}) invoke \[\d+\]$/;

/** Every program that ran at any depth, by the message, by the inner instructions and by the logs, sorted. */
export function invokedPrograms(message: ParsedMessage, innerInstructions: unknown, logs: readonly string[]): readonly Address[] {
  const programs = new Set<Address>(message.instructions.map(({ program }) => program));
  for (const group of innerInstructions === null || innerInstructions === undefined ? [] : listOf(innerInstructions, 'inner instructions'))
    for (const instruction of listOf(objectOf(group, 'inner instructions')['instructions'], 'inner instructions')) {
      const { programId, programIdIndex } = objectOf(instruction, 'an inner instruction');
      const program = typeof programIdIndex === 'number' ? message.keys[programIdIndex] : programId;
      if (typeof program === 'string' && isAddress(program)) programs.add(program);
      else unreadable('an inner instruction');
    }
  for (const line of logs) {
    const program = INVOKED.exec(line)?.[1];
    if (program !== undefined && isAddress(program)) programs.add(program);
  }
  return [...programs].sort();
}
