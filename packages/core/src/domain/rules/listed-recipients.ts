import { looksLike } from '../address.ts';
import type { Objection } from '../decision.ts';
import { recipientsOf } from '../rolling-windows.ts';
import { alarm, objection, type Rule } from './rule.ts';

/** Value goes to listed recipients; to others never, or only with the owner, as the policy says. A look-alike of a listed address is always refused. */
export const listedRecipients: Rule = {
  name: 'listed-recipients',
  judge({ effects, rules, index }) {
    const objections: Objection[] = [];
    for (const recipient of recipientsOf(effects)) {
      if (index.recipients.has(recipient)) continue;
      const model = rules.recipients.find(({ address }) => looksLike(address, recipient));
      if (model) {
        const details = { recipient, lookAlikeOf: model.address, ...alarm('look_alike') };
        const message = `${recipient} looks like the listed recipient "${model.label}" (${model.address}) but is another address.`;
        objections.push(objection('listed-recipients', 'denied', message, details));
        continue;
      }
      const outcome = rules.otherRecipients === 'countersigned' ? 'needs_owner' : 'denied';
      objections.push(objection('listed-recipients', outcome, `${recipient} is not a recipient that the policy lists.`, { recipient }));
    }
    return objections;
  },
};
