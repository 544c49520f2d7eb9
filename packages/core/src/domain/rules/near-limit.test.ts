import { describe, expect, test } from 'vitest';
import { NATIVE_ASSET } from '../asset.ts';
import { nearLimitMeter } from '../meter.ts';
import { aPolicy, facts, outcomes, outflow, usage, verdict } from '../test-support/decision-facts.ts';

const rule = 'near-limit';
const policy = aPolicy({ nearLimit: { percent: 90, seconds: 3_600, most: 2 } });
const after = (amount: bigint, alone: bigint, patch: object = {}) => {
  const effects = [outflow(amount)];
  const read = usage(effects, policy).map((each) =>
    each.meter === nearLimitMeter(NATIVE_ASSET) ? { ...each, alone, total: alone } : each,
  );
  return facts(effects, policy, { usage: read, ...patch });
};

describe('near-limit: structuring just under what the agent may pay alone', () => {
  test.each([
    ['the last one that is let through', 99n, 1n, []],
    ['one too many', 99n, 2n, ['needs_owner']],
    ['exactly the percentage', 90n, 2n, ['needs_owner']],
    ['one unit under the percentage', 89n, 2n, []],
    ['far below', 1n, 100n, []],
  ] as const)('%s', (_name, amount, before, expected) => expect(outcomes(rule, after(amount, before))).toEqual(expected));
  test('the owner may let it', () => expect(verdict(after(99n, 2n, { ownerConsents: true }))).toBe('allowed'));
  test('the percentage is rounded up: 90 % of 101 is 91', () => {
    const odd = aPolicy({
      nearLimit: { percent: 90, seconds: 3_600, most: 0 },
      assets: [{ ...policy.assets[0], perTransaction: { autonomous: 101n, ceiling: 101n, delayed: null } } as never],
    });
    expect(outcomes(rule, facts([outflow(90n)], odd))).toEqual([]);
    expect(outcomes(rule, facts([outflow(91n)], odd))).toEqual(['needs_owner']);
  });
});
