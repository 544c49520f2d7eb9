import { judgeWindows } from './judge-windows.ts';
import type { Rule } from './rule.ts';

/** INVARIANT I4: the rolling windows of what one recipient gets of an asset. */
export const recipientPerWindow: Rule = {
  name: 'recipient-per-window',
  judge: (input) => judgeWindows('recipient-per-window', 'base units', input),
};
