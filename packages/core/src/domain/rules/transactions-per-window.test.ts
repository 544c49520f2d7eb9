import { describe, expect, test } from 'vitest';
import { TRANSACTIONS_METER } from '../meter.ts';
import { aPolicy, facts, fee, outcomes, outflow, usage } from '../test-support/decision-facts.ts';

const rule = 'transactions-per-window';
const policy = aPolicy({ transactions: [{ seconds: 60, autonomous: 2, ceiling: 4 }] });
const after = (alone: bigint, total: bigint) => {
  const effects = [outflow(1n), outflow(1n), fee()];
  const read = usage(effects, policy).map((each) => (each.meter === TRANSACTIONS_METER ? { ...each, alone, total } : each));
  return outcomes(rule, facts(effects, policy, { usage: read }));
};

describe('transactions-per-window (INVARIANT I4)', () => {
  test.each([
    ['one under', 0n, 0n, []],
    ['the last one alone', 1n, 1n, []],
    ['one too many alone', 2n, 2n, ['needs_owner']],
    ['the last one of all', 0n, 3n, []],
    ['one too many of all', 0n, 4n, ['denied']],
  ] as const)('%s', (_name, alone, total, expected) => expect(after(alone, total)).toEqual(expected));
  test('a window of none lets none out', () =>
    expect(outcomes(rule, facts([outflow(1n)], aPolicy({ transactions: [{ seconds: 60, autonomous: 0, ceiling: 0 }] })))).toEqual([
      'denied',
    ]));
});
