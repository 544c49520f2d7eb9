import { objection, type Rule } from './rule.ts';

/** Where so many requests were denied that the wallet had to freeze, the agent pays nothing alone until they are past, even if the owner unfroze it. */
export const repeatedDenials: Rule = {
  name: 'repeated-denials',
  judge({ rules: { denials }, history }) {
    if (denials === null || history.denials < denials.freezeAt) return [];
    return [
      objection(
        'repeated-denials',
        'needs_owner',
        `${denials.freezeAt} or more requests were denied in the last ${denials.seconds} s; until they are past the owner must sign.`,
        { seconds: denials.seconds, freezeAt: denials.freezeAt },
      ),
    ];
  },
};
