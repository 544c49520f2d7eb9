import type { PolicyChangeView, PolicyDiff } from '@countersign/sdk';
import { duration } from './duration.ts';
import { uiAmount } from './ui-amount-text.ts';

const MARKS: { readonly [Effect in PolicyChangeView['effect']]: string } = {
  loosens: '✗ LOOSENS',
  tightens: '✓ tightens',
  neutral: '  the same',
};

/** Every difference of a policy, what loosens first and marked. */
export function policyChangeLines(changes: readonly PolicyChangeView[]): readonly string[] {
  if (changes.length === 0) return ['It says the same as the policy in force.'];
  const order: readonly PolicyChangeView['effect'][] = ['loosens', 'tightens', 'neutral'];
  return order.flatMap((effect) =>
    changes.filter((change) => change.effect === effect).map(({ sentence }) => `${MARKS[effect].padEnd(10)}  ${sentence}`),
  );
}

/** The spending limits that a revision with the document would change on chain, and that the owner signs transactions for. */
export function limitChangeLines(limits: PolicyDiff['limits']): readonly string[] {
  if (limits.length === 0) return [];
  const words = (asset: string, limit: PolicyDiff['limits'][number]['before']): string =>
    limit === null
      ? 'none'
      : `${uiAmount(limit.amount, asset)} in ${duration(limit.periodSeconds)} to ${limit.destinations.length} recipient${limit.destinations.length === 1 ? '' : 's'}`;
  return [
    '',
    'On chain, once the owner has signed a revision with it:',
    ...limits.map(({ asset, before, after }) => `  ${asset}: ${words(asset, before)} becomes ${words(asset, after)}`),
  ];
}
