import type { ApprovalView } from '@countersign/sdk';
import { approvalLines } from './approval-lines.ts';

/** An approval that was just opened, and the command by which it is signed. */
export function proposedLines(approval: ApprovalView, done: string, more: string = ''): readonly string[] {
  return [
    `✓ ${done}`,
    '',
    ...approvalLines(approval),
    '',
    `signed with: countersign approve ${approval.id} --watch${more}`,
    `to take it back: countersign reject ${approval.id}`,
  ];
}
