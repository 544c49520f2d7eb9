import type { Invocation } from '../invocation.ts';
import type { Checked } from '../verify/reviewed.ts';
import { checkedLines } from './checked-lines.ts';
import { showLines } from './show-lines.ts';

/** Shows what is to be signed. */
export function showChecked(invocation: Invocation, checked: Checked): void {
  showLines(invocation, checkedLines(checked));
}
