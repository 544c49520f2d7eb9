import { type Address, looksLike } from '../address.ts';
import type { Objection } from '../decision.ts';
import { outflows } from '../effect.ts';
import { objection, type Rule } from './rule.ts';

/** Value goes to listed recipients; to others never, or only with the owner, as the policy says. A look-alike of a listed address is always refused. */
export const listedRecipients: Rule = {
  name: 'listed-recipients',
  judge({ effects, rules }) {
    const destinations = new Set(outflows(effects).flatMap(({ destination }): Address[] => (destination === null ? [] : [destination])));
    return [...destinations].flatMap((destination): Objection[] => {
      if (rules.recipients.some(({ address }) => address === destination)) return [];
      const model = rules.recipients.find(({ address }) => looksLike(address, destination));
      if (model)
        return [
          objection(
            'listed-recipients',
            'denied',
            `${destination} looks like the listed recipient "${model.label}" (${model.address}) but is another address.`,
            {
              recipient: destination,
              lookAlikeOf: model.address,
            },
          ),
        ];
      const outcome = rules.otherRecipients === 'countersigned' ? 'needs_owner' : 'denied';
      return [
        objection('listed-recipients', outcome, `${destination} is not a recipient that the policy lists.`, { recipient: destination }),
      ];
    });
  },
};
