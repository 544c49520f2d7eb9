import type { InstructionShape, ProgramRule } from '@countersign/core';
import { table } from './table.ts';

/** The programs that the agent may ask to call, instruction by instruction. You countersign each call. */
export function programLines(programs: readonly ProgramRule[]): readonly string[] {
  if (programs.length === 0) return ['The agent calls no program: the list of programs is empty.'];
  return table(
    ['program that you may countersign', 'label', 'instruction', 'data begins with', 'accounts', 'comes back'],
    programs.flatMap(({ program, label, instructions, worstReturn }) => {
      const back = worstReturn === null ? 'need not' : `at least ${worstReturn.percent} % by group ${worstReturn.group}`;
      if (instructions.length === 0) return [[program, label, 'none', '-', '-', back]];
      return instructions.map((shape) => [program, label, shape.name, dataOf(shape), accountsOf(shape), back]);
    }),
  );
}

function dataOf({ discriminator, dataBytes }: InstructionShape): string {
  return `0x${discriminator}${dataBytes === null ? '' : `, ${dataBytes} bytes in all`}`;
}

function accountsOf({ accounts }: InstructionShape): string {
  if (accounts.length === 0) return 'any';
  return accounts.map(({ position, is }) => `${position}: ${is.replaceAll('_', ' ')}`).join(', ');
}
