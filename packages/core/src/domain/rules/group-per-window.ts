import { judgeWindows } from './judge-windows.ts';
import type { Rule } from './rule.ts';

/** INVARIANT I4: the rolling windows of groups of assets, each base unit counted with its asset's weight. No price is asked. */
export const groupPerWindow: Rule = {
  name: 'group-per-window',
  judge: (input) => judgeWindows('group-per-window', 'units', input),
};
