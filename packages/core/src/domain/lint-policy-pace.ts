import { lintWindowOrder, withPaths } from './lint-policy-amounts.ts';
import { error, type PolicyCheck, type PolicyFinding, warning, when } from './lint-policy-finding.ts';

/** How often: numbers of transactions, the cooldown and the signer's own pace against each other. */
export const lintPace: PolicyCheck = (policy) => [
  ...policy.transactions.flatMap((window, position): readonly PolicyFinding[] => {
    const path = `transactions.${position}`;
    const { seconds, autonomous, ceiling } = window;
    const signed = policy.signaturesPerMinute * Math.ceil(seconds / 60);
    const cooled = policy.cooldownSeconds === null ? null : Math.floor(seconds / policy.cooldownSeconds) + 1;
    return [
      ...when(ceiling === 0, error(`${path}.ceiling`, 'The ceiling is 0, so no transaction is ever allowed.', 'Raise it.')),
      ...when(
        ceiling > 0 && autonomous === 0,
        warning(`${path}.autonomous`, 'It is 0, so the agent never pays alone.', 'Raise it, or set the amounts of the agent to 0.'),
      ),
      ...when(
        signed < autonomous,
        warning(
          'signaturesPerMinute',
          `The signer signs at most ${signed} times in ${seconds} s, so the ${autonomous} transactions of this window are never reached.`,
          `Raise signaturesPerMinute to at least ${Math.ceil(autonomous / Math.ceil(seconds / 60))}, or lower the window.`,
        ),
      ),
      ...when(
        cooled !== null && cooled < autonomous,
        warning(
          `${path}.autonomous`,
          `It is never reached: with a cooldown of ${policy.cooldownSeconds} s the agent makes at most ${cooled} payments alone in ${seconds} s.`,
          'Shorten the cooldown, or lower the window.',
        ),
      ),
    ];
  }),
  ...lintWindowOrder(withPaths(policy.transactions, 'transactions')),
];

/** What looks like probing: many payments just under the limit, failures, denials. */
export const lintAlarms: PolicyCheck = ({ nearLimit, failures, denials, cooldownSeconds }) => [
  ...(nearLimit === null
    ? []
    : [
        ...when(
          nearLimit.percent < 50,
          warning(
            'nearLimit.percent',
            `${nearLimit.percent} percent is not near the limit: ordinary payments count too.`,
            'Choose 80 to 99 percent.',
          ),
        ),
        ...when(
          nearLimit.percent >= 100,
          warning(
            'nearLimit.percent',
            '100 percent counts payments of exactly the limit alone; one base unit less goes unseen.',
            'Choose 80 to 99 percent.',
          ),
        ),
        ...when(
          nearLimit.most === 0,
          warning(
            'nearLimit.most',
            `At most 0 payments near the limit: ${nearLimit.percent} percent of it is the limit in truth.`,
            'Lower perTransaction.autonomous instead, or allow some.',
          ),
        ),
        ...when(
          cooldownSeconds !== null && Math.floor(nearLimit.seconds / cooldownSeconds) + 1 <= nearLimit.most,
          warning(
            'nearLimit.most',
            `It is never reached: with a cooldown of ${cooldownSeconds} s the agent makes no more payments alone in ${nearLimit.seconds} s.`,
            'Lower it, or make nearLimit.seconds longer.',
          ),
        ),
      ]),
  ...when(
    failures?.inARow === 1,
    warning(
      'failures.inARow',
      failures?.consequence === 'freeze' ? 'A single failure freezes the wallet.' : 'A single failure makes every payment need the owner.',
      'Choose 3 or more.',
    ),
  ),
  ...(denials === null
    ? []
    : [
        ...when(
          denials.freezeAt === 1,
          warning('denials.freezeAt', 'A single denied request, such as a mistyped address, freezes the wallet.', 'Choose 3 or more.'),
        ),
        ...when(
          denials.lockdownAt === denials.freezeAt,
          warning(
            'denials.lockdownAt',
            `The lockdown comes with the freeze, at ${denials.freezeAt} denied requests, which thus never comes alone.`,
            'Set lockdownAt above freezeAt.',
          ),
        ),
      ]),
];
