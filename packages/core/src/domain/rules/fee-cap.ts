import type { Objection } from '../decision.ts';
import { objection, type Rule } from './rule.ts';

/** Network fee and rent that the message causes, each summed over the message. */
export const feeCap: Rule = {
  name: 'fee-cap',
  judge({ flows, rules: { fees } }) {
    return [
      ...over('network fee', flows.networkFeeLamports, fees.perTransactionLamports),
      ...over('rent', flows.rentLamports, fees.rentPerTransactionLamports),
    ];
  },
};

function over(what: string, amount: bigint, cap: bigint): readonly Objection[] {
  if (amount <= cap) return [];
  const details = { what, amountLamports: amount.toString(), capLamports: cap.toString() };
  return [objection('fee-cap', 'denied', `Its ${what} of ${amount} lamports is over the cap of ${cap}.`, details)];
}
