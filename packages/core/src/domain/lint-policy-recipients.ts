import { lintWindowOrder, withPaths } from './lint-policy-amounts.ts';
import { error, type PolicyCheck, type PolicyFinding, warning, when } from './lint-policy-finding.ts';

/** What may go to one recipient, against what may leave at all. */
export const lintRecipients: PolicyCheck = (policy) =>
  policy.recipients.flatMap(({ windows, label }, index) => {
    const assets = [...new Set(windows.map(({ asset }) => asset))];
    return [
      ...windows.flatMap((window, position): readonly PolicyFinding[] => {
        const path = `recipients.${index}.windows.${position}`;
        const rule = policy.assets.find(({ asset }) => asset === window.asset);
        const wider = rule?.windows.find(({ seconds, ceiling }) => seconds >= window.seconds && ceiling < window.ceiling);
        return [
          ...when(
            window.ceiling === 0n,
            error(
              `${path}.ceiling`,
              `The ceiling is 0, so "${label}" can never be paid in ${window.asset}.`,
              'Raise it, or remove the recipient.',
            ),
          ),
          ...when(
            wider !== undefined,
            warning(
              `${path}.ceiling`,
              `It is never reached: all recipients together get at most ${wider?.ceiling} of ${window.asset} in ${wider?.seconds} s.`,
              'Lower it, or remove the window.',
            ),
          ),
        ];
      }),
      ...assets.flatMap((asset) =>
        lintWindowOrder(withPaths(windows, `recipients.${index}.windows`).filter((window) => window.asset === asset)),
      ),
    ];
  });
