import { outflows } from '../effect.ts';
import { assetRuleFor } from '../policy.ts';
import { objection, type Rule } from './rule.ts';

/** An asset that the policy does not list cannot leave. */
export const listedAssets: Rule = {
  name: 'listed-assets',
  judge({ effects, rules }) {
    const unlisted = new Set(outflows(effects).flatMap(({ asset }) => (assetRuleFor(rules, asset) ? [] : [asset])));
    return [...unlisted].map((asset) => objection('listed-assets', 'denied', `The policy does not list the asset ${asset}.`, { asset }));
  },
};
