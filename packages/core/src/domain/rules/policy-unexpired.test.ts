import { describe, expect, test } from 'vitest';
import { aPolicy, facts, NOW_MS, outcomes, outflow, verdict } from '../test-support/decision-facts.ts';

const at = (expiresAtMs: number, patch: object = {}) => facts([outflow(1n)], aPolicy({ expiresAtMs }), patch);

describe('policy-unexpired (INVARIANT I5)', () => {
  test('one millisecond before its end it is in force', () => expect(verdict(at(NOW_MS + 1))).toBe('allowed'));
  test.each([0, 1])('%i ms after its end nothing is allowed', (late) => {
    expect(outcomes('policy-unexpired', at(NOW_MS - late))).toEqual(['denied']);
    expect(verdict(at(NOW_MS - late, { ownerConsents: true }))).toBe('denied');
  });
  test('a clock that cannot be read is after every end', () =>
    expect(outcomes('policy-unexpired', at(NOW_MS + 1, { nowMs: Number.NaN }))).toEqual(['denied']));
});
