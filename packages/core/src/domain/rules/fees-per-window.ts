import { judgeWindows } from './judge-windows.ts';
import type { Rule } from './rule.ts';

/** INVARIANT I4: the rolling windows of network fees and rent that this wallet causes the fee account. */
export const feesPerWindow: Rule = {
  name: 'fees-per-window',
  judge: (input) => judgeWindows('fees-per-window', 'lamports', input),
};
