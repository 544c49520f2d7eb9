import type { Objection } from '../decision.ts';
import { assetRuleFor } from '../policy.ts';
import { sumByAsset } from './amount-per-transaction.ts';
import { objection, type Rule } from './rule.ts';

/**
 * INVARIANT I4: in every rolling window, what is reserved and settled and what is asked now stay within the amount. What the owner
 * countersigned counts towards the ceiling only. A window whose usage is not known is a denial.
 */
export const amountPerWindow: Rule = {
  name: 'amount-per-window',
  judge({ effects, rules, usage }) {
    return [...sumByAsset(effects)].flatMap(([asset, amount]): Objection[] =>
      (assetRuleFor(rules, asset)?.windows ?? []).flatMap((window): Objection[] => {
        const used = usage.find((each) => each.asset === asset && each.seconds === window.seconds);
        const details = { asset, amount: amount.toString(), windowSeconds: window.seconds };
        if (!used)
          return [objection('amount-per-window', 'denied', `The budget of ${asset} over ${window.seconds} s could not be read.`, details)];
        if (used.totalUsed + amount > window.ceiling) {
          const left = remaining(window.ceiling, used.totalUsed);
          return [
            objection(
              'amount-per-window',
              'denied',
              `${amount} base units of ${asset} are more than the ${left} left of the ceiling of ${window.ceiling} in ${window.seconds} s.`,
              {
                ...details,
                ceiling: window.ceiling.toString(),
                remaining: left.toString(),
              },
            ),
          ];
        }
        if (used.autonomousUsed + amount > window.autonomous) {
          const left = remaining(window.autonomous, used.autonomousUsed);
          return [
            objection(
              'amount-per-window',
              'needs_owner',
              `${amount} base units of ${asset} are more than the ${left} left of the ${window.autonomous} that the agent may pay alone in ${window.seconds} s.`,
              {
                ...details,
                autonomous: window.autonomous.toString(),
                remaining: left.toString(),
              },
            ),
          ];
        }
        return [];
      }),
    );
  },
};

export function remaining(limit: bigint, used: bigint): bigint {
  return used >= limit ? 0n : limit - used;
}
