import { error, type PolicyCheck, warning, when } from './lint-policy-finding.ts';

/** Lists that permit, and are empty: nothing is allowed by them. */
export const lintLists: PolicyCheck = (policy) => {
  const { assets, recipients, otherRecipients, firstPayment } = policy;
  const nobody = recipients.length === 0;
  const someAlone = assets.some(({ perTransaction }) => perTransaction.autonomous > 0n || perTransaction.delayed !== null);
  const delayed = assets.filter(({ perTransaction }) => perTransaction.delayed !== null).length;
  return [
    ...when(assets.length === 0, error('assets', 'No asset is listed, so nothing can be paid.', 'List the assets that may leave.')),
    ...when(
      nobody && otherRecipients === 'denied',
      error(
        'recipients',
        'No recipient is listed and all others are denied, so nobody can be paid.',
        'List recipients, or let others be countersigned.',
      ),
    ),
    ...when(
      nobody && otherRecipients === 'countersigned' && someAlone,
      warning(
        'recipients',
        'No recipient is listed, so the agent pays nobody alone and its own amounts are never used.',
        'List those whom the agent may pay alone, or set its amounts to 0.',
      ),
    ),
    ...when(
      firstPayment === 'delayed' && assets.length > 0 && delayed === 0,
      error(
        'firstPayment',
        'A first payment shall be delayed, but no asset has a delay, so no first payment can be made that way.',
        'Give the assets perTransaction.delayed, or set firstPayment to countersigned.',
      ),
    ),
    ...(firstPayment === 'delayed' && delayed > 0
      ? assets.flatMap(({ asset, perTransaction }, index) =>
          when(
            perTransaction.delayed === null,
            warning(
              `assets.${index}.perTransaction`,
              `A first payment shall be delayed, but ${asset} has no delay.`,
              'Give it perTransaction.delayed, as the other assets have.',
            ),
          ),
        )
      : []),
  ];
};
