import { judgeWindows } from './judge-windows.ts';
import type { Rule } from './rule.ts';

/** INVARIANT I4: how many transactions there may be in each rolling window. */
export const transactionsPerWindow: Rule = {
  name: 'transactions-per-window',
  judge: (input) => judgeWindows('transactions-per-window', 'more', input),
};
