import type { AmountWindow, AssetRule } from './agent-policy.ts';
import { error, type PolicyCheck, type PolicyFinding, warning, when } from './lint-policy-finding.ts';

/** An asset's amounts against each other: amounts that a window never lets through, routes that are never taken. */
export const lintAmounts: PolicyCheck = (policy) =>
  policy.assets.flatMap((rule, index) => [
    ...lintPerTransaction(rule, `assets.${index}`),
    ...rule.windows.flatMap((window, position) => lintWindow(rule, window, `assets.${index}.windows.${position}`)),
    ...lintWindowOrder(withPaths(rule.windows, `assets.${index}.windows`)),
  ]);

function lintPerTransaction({ asset, perTransaction, windows }: AssetRule, path: string): readonly PolicyFinding[] {
  const { autonomous, ceiling, delayed } = perTransaction;
  const alone = least(windows.map((window) => window.autonomous));
  return [
    ...when(
      ceiling === 0n,
      error(`${path}.perTransaction.ceiling`, `The ceiling is 0, so ${asset} can never leave.`, 'Remove the asset, or raise the ceiling.'),
    ),
    ...when(
      delayed !== null && delayed.upTo <= autonomous,
      error(
        `${path}.perTransaction.delayed.upTo`,
        'The delayed amount is not above the autonomous one, so no payment is ever delayed.',
        'Raise upTo, lower autonomous, or remove the delay.',
      ),
    ),
    ...when(
      delayed !== null && delayed.upTo > autonomous && alone !== null && alone <= autonomous,
      error(
        `${path}.perTransaction.delayed.upTo`,
        `No payment is ever delayed: a window lets the agent pay only ${alone} alone, which is not above the autonomous ${autonomous}.`,
        `Raise the windows' autonomous amounts to at least ${delayed?.upTo}, or remove the delay.`,
      ),
    ),
  ];
}

function lintWindow({ perTransaction }: AssetRule, window: AmountWindow, path: string): readonly PolicyFinding[] {
  const { autonomous, ceiling, delayed } = perTransaction;
  const never = (from: string, amount: bigint, to: bigint): string =>
    `One transaction may have ${amount} (perTransaction.${from}), but this window ends at ${to}: amounts above that are never ${from === 'ceiling' ? 'paid' : 'paid alone'}.`;
  return [
    ...when(
      autonomous > window.ceiling,
      error(
        `${path}.ceiling`,
        never('autonomous', autonomous, window.ceiling),
        'Raise the ceiling of the window, or lower perTransaction.',
      ),
    ),
    ...when(
      autonomous <= window.ceiling && autonomous > window.autonomous,
      warning(
        `${path}.autonomous`,
        never('autonomous', autonomous, window.autonomous),
        'Raise the window, or lower perTransaction.autonomous.',
      ),
    ),
    ...when(
      delayed !== null && autonomous < window.autonomous && delayed.upTo > window.autonomous,
      warning(
        `${path}.autonomous`,
        never('delayed.upTo', delayed?.upTo ?? 0n, window.autonomous),
        'Raise the window, or lower perTransaction.delayed.upTo.',
      ),
    ),
    ...when(
      autonomous <= window.ceiling && ceiling > window.ceiling,
      warning(
        `${path}.ceiling`,
        never('ceiling', ceiling, window.ceiling),
        'Raise the ceiling of the window, or lower perTransaction.ceiling.',
      ),
    ),
    ...when(
      delayed !== null && window.seconds < delayed.delaySeconds,
      warning(
        `${path}.seconds`,
        `The window of ${window.seconds} s is shorter than the delay of ${delayed?.delaySeconds} s: what waits holds no budget, and may meet a full window when its time comes.`,
        'Make the window at least as long as the delay, or the delay shorter.',
      ),
    ),
  ];
}

/** A window of amounts or of numbers of transactions, and where it stands. */
interface OrderedWindow {
  readonly path: string;
  readonly seconds: number;
  readonly autonomous: bigint | number;
  readonly ceiling: bigint | number;
}

/** A longer window with a lower limit makes the shorter one's limit unreachable. */
export function lintWindowOrder(windows: readonly OrderedWindow[]): readonly PolicyFinding[] {
  return windows.flatMap((window) =>
    (['autonomous', 'ceiling'] as const).flatMap((kind) => {
      const longer = windows.find((other) => other.seconds > window.seconds && other[kind] < window[kind]);
      return when(
        longer !== undefined,
        warning(
          `${window.path}.${kind}`,
          `It is never reached: the longer window of ${longer?.seconds} s has a lower ${kind} limit, ${longer?.[kind]}.`,
          'Raise the longer window, or remove the shorter one.',
        ),
      );
    }),
  );
}

/** The windows of a list with the path of each. */
export function withPaths<Window extends object>(
  windows: readonly Window[],
  path: string,
): readonly (Window & { readonly path: string })[] {
  return windows.map((window, position) => ({ ...window, path: `${path}.${position}` }));
}

function least(amounts: readonly bigint[]): bigint | null {
  return amounts.reduce<bigint | null>((lowest, amount) => (lowest === null || amount < lowest ? amount : lowest), null);
}
