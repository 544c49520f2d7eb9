import type { Objection } from '../decision.ts';
import { UNASSOCIATED_ACCOUNT } from '../effect.ts';
import { objection, type Rule } from './rule.ts';

/**
 * INVARIANT I5: an amount or a control that cannot be relied on is a denial. The owner may accept one thing: an account of the recipient that
 * is not the associated one.
 */
export const assetHazards: Rule = {
  name: 'asset-hazards',
  judge({ effects }) {
    const objections: Objection[] = [];
    for (const effect of effects) {
      if (effect.kind !== 'asset_outflow') continue;
      for (const hazard of effect.hazards) {
        const details = { asset: effect.asset, instruction: effect.instruction, account: effect.destinationAccount };
        const known = hazard === UNASSOCIATED_ACCOUNT && effect.destination !== null;
        objections.push(
          known
            ? objection(
                'asset-hazards',
                'needs_owner',
                `${effect.destinationAccount} belongs to ${effect.destination}, but ${hazard}.`,
                details,
              )
            : objection('asset-hazards', 'denied', `${effect.asset} cannot be paid: ${hazard}.`, details),
        );
      }
    }
    return objections;
  },
};
