import { objection, type Rule } from './rule.ts';

/** After so many requests in a row that were denied or failed the agent is lost: the owner must sign until one lands. */
export const failuresInARow: Rule = {
  name: 'failures-in-a-row',
  judge({ rules: { failures }, history }) {
    if (failures === null || history.failuresInARow < failures.inARow) return [];
    return [
      objection(
        'failures-in-a-row',
        'needs_owner',
        `The last ${failures.inARow} requests were denied or failed; the owner must sign the next.`,
        {
          inARow: failures.inARow,
        },
      ),
    ];
  },
};
