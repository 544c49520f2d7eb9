import { describe, expect, test } from 'vitest';
import { aPolicy, facts, NOW_MS, outcomes, outflow } from '../test-support/decision-facts.ts';
import { MAX_CLOCK_SKEW_MS } from './clocks-agree.ts';

const judged = (patch: object) => outcomes('clocks-agree', facts([outflow(1n)], aPolicy(), patch));

describe('clocks-agree (INVARIANT I5)', () => {
  test.each([
    [MAX_CLOCK_SKEW_MS, []],
    [-MAX_CLOCK_SKEW_MS, []],
    [MAX_CLOCK_SKEW_MS + 1, ['denied']],
    [-MAX_CLOCK_SKEW_MS - 1, ['denied']],
  ] as const)('%i ms apart', (apart, expected) => expect(judged({ chainTimeMs: NOW_MS + apart })).toEqual(expected));
  test.each([null, Number.NaN, Number.POSITIVE_INFINITY, undefined])('no chain clock: %s', (chainTimeMs) =>
    expect(judged({ chainTimeMs })).toEqual(['denied']),
  );
  test.each([Number.NaN, 1e300])('no database clock: %s', (nowMs) => expect(judged({ nowMs })).toEqual(['denied']));
});
