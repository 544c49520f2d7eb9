import type { Objection } from '../decision.ts';
import { sumByAsset } from './amount-per-transaction.ts';
import { objection, type Rule } from './rule.ts';

/** The vault must hold what is asked, above rent exemption. An unknown balance is left to the simulation, which must then be there. */
export const sufficientFunds: Rule = {
  name: 'sufficient-funds',
  judge({ effects, spendable, simulation }) {
    return [...sumByAsset(effects)].flatMap(([asset, amount]): Objection[] => {
      const balance = spendable.find((each) => each.asset === asset)?.amount;
      if (balance === undefined)
        return simulation === null
          ? [objection('sufficient-funds', 'denied', `The vault's balance of ${asset} could not be read.`, { asset })]
          : [];
      if (amount <= balance) return [];
      return [
        objection('sufficient-funds', 'denied', `The vault can spend ${balance} base units of ${asset}, not ${amount}.`, {
          asset,
          amount: amount.toString(),
          spendable: balance.toString(),
        }),
      ];
    });
  },
};
