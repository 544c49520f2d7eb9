import type { Objection } from '../decision.ts';
import { objection, type Rule } from './rule.ts';

/** An asset that the policy does not list cannot leave, whichever witness saw it. */
export const listedAssets: Rule = {
  name: 'listed-assets',
  judge({ flows, index }) {
    const objections: Objection[] = [];
    for (const [asset] of flows.counted)
      if (!index.assets.has(asset))
        objections.push(objection('listed-assets', 'denied', `The policy does not list the asset ${asset}.`, { asset }));
    return objections;
  },
};
