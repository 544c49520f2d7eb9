import { judgeWindows } from './judge-windows.ts';
import type { Rule } from './rule.ts';

/** INVARIANT I4: the rolling windows of each asset. */
export const amountPerWindow: Rule = {
  name: 'amount-per-window',
  judge: (input) => judgeWindows('amount-per-window', 'base units', input),
};
