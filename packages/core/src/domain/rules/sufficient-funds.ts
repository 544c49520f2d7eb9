import { type AssetId, budgetAsset } from '../asset.ts';
import type { Objection } from '../decision.ts';
import { objection, type Rule } from './rule.ts';

/**
 * The vault must hold what is asked, above rent exemption; what the message itself moves into that form counts as held. An unknown balance
 * is left to the simulation, which must then be there.
 */
export const sufficientFunds: Rule = {
  name: 'sufficient-funds',
  judge({ effects, flows, spendable, simulation }) {
    const asked = new Map<AssetId, bigint>();
    for (const effect of effects)
      if (effect.kind === 'asset_outflow') asked.set(effect.asset, (asked.get(effect.asset) ?? 0n) + effect.amount);
    const objections: Objection[] = [];
    for (const [asset, amount] of asked) {
      const balance = spendable.find((each) => each.asset === asset)?.amount;
      if (balance === undefined) {
        if (simulation === null)
          objections.push(objection('sufficient-funds', 'denied', `The vault's balance of ${asset} could not be read.`, { asset }));
        continue;
      }
      if (amount <= balance + (flows.ownMoves.get(budgetAsset(asset)) ?? 0n)) continue;
      const details = { asset, amount: amount.toString(), spendable: balance.toString() };
      objections.push(
        objection('sufficient-funds', 'denied', `The vault can spend ${balance} base units of ${asset}, not ${amount}.`, details),
      );
    }
    if (simulation?.leavesTooLittle)
      objections.push(objection('sufficient-funds', 'denied', 'The vault would be left with less than it has to keep.'));
    return objections;
  },
};
