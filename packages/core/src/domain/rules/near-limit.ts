import { judgeWindows } from './judge-windows.ts';
import type { Rule } from './rule.ts';

/** Many payments just under what the agent may pay alone at once are one large payment in pieces: more of them than allowed need the owner. */
export const nearLimit: Rule = {
  name: 'near-limit',
  judge: (input) => judgeWindows('near-limit', 'more', input),
};
