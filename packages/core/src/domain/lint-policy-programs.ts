import type { ProgramRule } from './agent-policy.ts';
import { error, type PolicyCheck, type PolicyFinding, warning, when } from './lint-policy-finding.ts';

/** Programs that cannot be called, and calls that need to bring nothing back, or too much. */
export const lintPrograms: PolicyCheck = (policy) =>
  policy.programs.flatMap((program, index) => {
    const path = `programs.${index}`;
    return [
      ...when(
        program.instructions.length === 0,
        error(
          `${path}.instructions`,
          `"${program.label}" has no instruction, so nothing of it may be called.`,
          'Name the instructions that may be called, or remove the program.',
        ),
      ),
      ...lintWorstReturn(program, `${path}.worstReturn`),
    ];
  });

function lintWorstReturn({ label, worstReturn }: ProgramRule, path: string): readonly PolicyFinding[] {
  if (worstReturn === null)
    return [
      warning(
        path,
        `Nothing has to come back from "${label}": whatever a call takes out counts as paid.`,
        'For swaps say how much has to come back, by the weights of a group.',
      ),
    ];
  return [
    ...when(
      worstReturn.percent === 0,
      warning(`${path}.percent`, '0 percent: nothing has to come back.', 'Say how much has to come back, such as 98.'),
    ),
    ...when(
      worstReturn.percent === 100,
      warning(
        `${path}.percent`,
        '100 percent: a program that takes any fee, or rounds, never passes.',
        'Leave room for its fees, such as 99.',
      ),
    ),
  ];
}
