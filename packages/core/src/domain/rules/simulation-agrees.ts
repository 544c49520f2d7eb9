import type { Objection } from '../decision.ts';
import { sumByAsset } from './amount-per-transaction.ts';
import { objection, type Rule } from './rule.ts';

/** The simulation is a second witness: where it saw more leave than was decoded, or a change of authority, the answer is no. */
export const simulationAgrees: Rule = {
  name: 'simulation-agrees',
  judge({ effects, simulation }) {
    if (simulation === null) return [];
    const no = (message: string, details: Objection['details'] = {}): Objection =>
      objection('simulation-agrees', 'denied', message, details);
    if (!simulation.succeeded)
      return [objection('simulation-succeeds', 'denied', `The chain would refuse it: ${simulation.problem ?? 'no reason given'}.`)];
    const decoded = sumByAsset(effects);
    const more = simulation.vaultOutflows.flatMap(({ asset, amount }): Objection[] => {
      const expected = decoded.get(asset) ?? 0n;
      return amount <= expected
        ? []
        : [
            no(`${amount} base units of ${asset} would leave, but only ${expected} were decoded.`, {
              asset,
              simulated: amount.toString(),
              decoded: expected.toString(),
            }),
          ];
    });
    const changed = simulation.authorityChanges.map((account) => no(`It would change who controls ${account}.`, { account }));
    const costs = effects.reduce((sum, effect) => {
      if (effect.kind === 'fee') return sum + effect.amountLamports;
      return effect.kind === 'account_creation' ? sum + effect.maximumRentLamports : sum;
    }, 0n);
    const fees =
      simulation.feeAccountOutflowLamports <= costs
        ? []
        : [
            no(`The fee account would pay ${simulation.feeAccountOutflowLamports} lamports, but only ${costs} were decoded.`, {
              simulated: simulation.feeAccountOutflowLamports.toString(),
              decoded: costs.toString(),
            }),
          ];
    return [...more, ...changed, ...fees];
  },
};
