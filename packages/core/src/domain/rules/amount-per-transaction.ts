import type { AssetId } from '../asset.ts';
import type { Objection } from '../decision.ts';
import { type Effect, outflows } from '../effect.ts';
import { assetRuleFor } from '../policy.ts';
import { objection, type Rule } from './rule.ts';

/** The gross sum of all outflows of an asset in the message, which no splitting into instructions can lower. */
export function sumByAsset(effects: readonly Effect[]): ReadonlyMap<AssetId, bigint> {
  const sums = new Map<AssetId, bigint>();
  for (const { asset, amount } of outflows(effects)) sums.set(asset, (sums.get(asset) ?? 0n) + amount);
  return sums;
}

export const amountPerTransaction: Rule = {
  name: 'amount-per-transaction',
  judge({ effects, rules }) {
    return [...sumByAsset(effects)].flatMap(([asset, amount]): Objection[] => {
      const limit = assetRuleFor(rules, asset)?.perTransaction;
      if (!limit || amount <= limit.autonomous) return [];
      const details = { asset, amount: amount.toString(), autonomous: limit.autonomous.toString(), ceiling: limit.ceiling.toString() };
      if (amount > limit.ceiling)
        return [
          objection(
            'amount-per-transaction',
            'denied',
            `${amount} base units of ${asset} are over the ceiling of ${limit.ceiling} for one transaction.`,
            details,
          ),
        ];
      return [
        objection(
          'amount-per-transaction',
          'needs_owner',
          `${amount} base units of ${asset} are more than the ${limit.autonomous} that the agent may pay alone at once.`,
          details,
        ),
      ];
    });
  },
};
