import { describe, expect, test } from 'vitest';
import { aPolicy, facts, outcomes, outflow, verdict } from '../test-support/decision-facts.ts';

const rule = 'repeated-denials';
const policy = aPolicy({ denials: { seconds: 60, freezeAt: 3, lockdownAt: null } });
const after = (count: number, patch: object = {}) =>
  facts([outflow(1n)], policy, {
    history: { lastAloneAtMs: null, paidBefore: [], denials: count, failuresInARow: 0 },
    ...patch,
  });

describe('repeated-denials', () => {
  test.each([
    [2, []],
    [3, ['needs_owner']],
    [4, ['needs_owner']],
  ] as const)('after %i of 3', (count, expected) => expect(outcomes(rule, after(count))).toEqual(expected));
  test('the owner may sign', () => expect(verdict(after(3, { ownerConsents: true }))).toBe('allowed'));
  test('a count that makes no sense counts as reached (INVARIANT I5)', () =>
    expect(outcomes(rule, after(Number.NaN))).toEqual(['needs_owner']));
});
