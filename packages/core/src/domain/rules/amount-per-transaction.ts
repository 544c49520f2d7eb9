import type { Objection } from '../decision.ts';
import { objection, type Rule } from './rule.ts';

/** The gross sum of an asset over the whole message: up to `autonomous` alone, up to `delayed` after a wait, up to the ceiling with the owner. */
export const amountPerTransaction: Rule = {
  name: 'amount-per-transaction',
  judge({ flows, index }) {
    const objections: Objection[] = [];
    for (const [asset, amount] of flows.counted) {
      const limit = index.assets.get(asset)?.perTransaction;
      if (!limit || amount <= limit.autonomous) continue;
      const { autonomous, ceiling, delayed } = limit;
      const details = { asset, amount: amount.toString(), autonomous: autonomous.toString(), ceiling: ceiling.toString() };
      const what = `${amount} base units of ${asset} are`;
      if (amount > ceiling)
        objections.push(
          objection('amount-per-transaction', 'denied', `${what} over the ceiling of ${ceiling} for one transaction.`, details),
        );
      else if (delayed !== null && amount <= delayed.upTo)
        objections.push(
          objection(
            'amount-per-transaction',
            'needs_delay',
            `${what} more than the ${autonomous} that the agent may pay at once; up to ${delayed.upTo} it pays after ${delayed.delaySeconds} s.`,
            { ...details, delayedUpTo: delayed.upTo.toString(), delaySeconds: delayed.delaySeconds },
          ),
        );
      else
        objections.push(
          objection(
            'amount-per-transaction',
            'needs_owner',
            `${what} more than the ${delayed?.upTo ?? autonomous} that the agent may pay alone in one transaction.`,
            details,
          ),
        );
    }
    return objections;
  },
};
