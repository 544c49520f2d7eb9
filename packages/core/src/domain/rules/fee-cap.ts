import { objection, type Rule } from './rule.ts';

/** Network fee and rent that the message causes, each summed over the message. */
export const feeCap: Rule = {
  name: 'fee-cap',
  judge({ effects, rules }) {
    const fee = effects.reduce((sum, effect) => (effect.kind === 'fee' ? sum + effect.amountLamports : sum), 0n);
    const rent = effects.reduce((sum, effect) => (effect.kind === 'account_creation' ? sum + effect.maximumRentLamports : sum), 0n);
    const over = (what: string, amount: bigint, cap: bigint) =>
      amount <= cap
        ? []
        : [
            objection('fee-cap', 'denied', `Its ${what} of ${amount} lamports is over the cap of ${cap}.`, {
              what,
              amountLamports: amount.toString(),
              capLamports: cap.toString(),
            }),
          ];
    return [...over('network fee', fee, rules.fees.perTransactionLamports), ...over('rent', rent, rules.fees.rentPerTransactionLamports)];
  },
};
