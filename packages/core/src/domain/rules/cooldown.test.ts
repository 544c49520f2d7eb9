import { describe, expect, test } from 'vitest';
import { aPolicy, facts, NOW_MS, objectionsOf, outcomes, outflow } from '../test-support/decision-facts.ts';

const rule = 'cooldown';
const policy = aPolicy({ cooldownSeconds: 60 });
const after = (lastAloneAtMs: number | null, patch: object = {}) =>
  facts([outflow(1n)], policy, { history: { lastAloneAtMs, paidBefore: [], denials: 0, failuresInARow: 0 }, ...patch });

describe('cooldown', () => {
  test('the first payment', () => expect(outcomes(rule, after(null))).toEqual([]));
  test.each([
    ['one millisecond short', 59_999, ['needs_owner']],
    ['exactly', 60_000, []],
    ['one millisecond later', 60_001, []],
    ['a clock that went back', -1, ['needs_owner']],
  ])('%s', (_name, agoMs, expected) => expect(outcomes(rule, after(NOW_MS - agoMs))).toEqual(expected));
  test('it says when', () =>
    expect(objectionsOf(rule, after(NOW_MS))[0]?.details['comesBackAt']).toBe(new Date(NOW_MS + 60_000).toISOString()));
  test('with the owner there is none', () => expect(outcomes(rule, after(NOW_MS, { ownerConsents: true }))).toEqual([]));
  test('a served delay does not make one payment of two', () =>
    expect(outcomes(rule, after(NOW_MS, { delayServed: true }))).toEqual(['needs_owner']));
});
