import { describe, expect, test } from 'vitest';
import { aPolicy, facts, outcomes, outflow, simulation } from '../test-support/decision-facts.ts';

const judged = (report: ReturnType<typeof simulation> | null) =>
  outcomes('simulation-succeeds', facts([outflow(1n)], aPolicy(), { simulation: report }));

describe('simulation-succeeds', () => {
  test('none yet', () => expect(judged(null)).toEqual([]));
  test('one that succeeds', () => expect(judged(simulation())).toEqual([]));
  test('one that fails', () => expect(judged(simulation({ succeeded: false, problem: 'x' }))).toEqual(['denied']));
  test('one that does not say', () => expect(judged(simulation({ succeeded: undefined as never }))).toEqual(['denied']));
});
