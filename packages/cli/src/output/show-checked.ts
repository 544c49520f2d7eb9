import { flag, type Invocation } from '../invocation.ts';
import type { Checked } from '../verify/reviewed.ts';
import { checkedLines } from './checked-lines.ts';
import { plain } from './plain-text.ts';

/** Shows what is to be signed. With `--json` it goes to the error stream, so that standard output stays one document. */
export function showChecked(invocation: Invocation, checked: Checked): void {
  const { terminal } = invocation.world;
  for (const line of checkedLines(checked).map(plain)) {
    if (flag(invocation, 'json')) terminal.note(line);
    else terminal.print(`${line}\n`);
  }
}
