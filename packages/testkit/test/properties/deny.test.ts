import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RULES } from '../../../core/src/domain/rules/index.ts';
import type { Rule } from '../../../core/src/domain/rules/rule.ts';
import { arbitraryFacts } from '../../src/arbitraries/index.ts';
import {
  anotherEffectNeverMore,
  consentNeverLiftsDenial,
  unknownUsageNothing,
  whatNobodyPermitsNothing,
  withEmptyListsNothing,
  withoutPolicyNothing,
} from './deny-properties.ts';
import { evaluateWith, MANY, RANK, REAL, RUNS } from './evaluate.ts';
import { mergingNeverMore, orderChangesNothing, splittingNeverMore } from './order-properties.ts';
import { tighterNeverMore } from './tightening-properties.ts';

describe('default deny (INVARIANT I5)', () => {
  test('without a policy nothing is allowed, whatever the facts', () => fc.assert(withoutPolicyNothing(REAL), RUNS));
  test('empty lists of assets or recipients allow nothing', () => fc.assert(withEmptyListsNothing(REAL), RUNS));
  test('an effect that no rule permits is denied among any others, with any consent', () =>
    fc.assert(whatNobodyPermitsNothing(REAL), MANY));
  test('a window whose usage is not known allows nothing', () => fc.assert(unknownUsageNothing(REAL), RUNS));
  test('a further effect never allows more', () => fc.assert(anotherEffectNeverMore(REAL, RANK), MANY));
});

describe('forbids only forbid (INVARIANT I5)', () => {
  test('every subset of the rules allows at least as much: a further rule never allows more', () => {
    fc.assert(
      fc.property(arbitraryFacts, fc.subarray([...RULES]), fc.subarray([...RULES]), (facts, some, others) => {
        const fewer = RULES.filter((rule) => some.includes(rule) && others.includes(rule));
        const more = RULES.filter((rule) => some.includes(rule));
        expect(RANK[evaluateWith(more)(facts).verdict]).toBeGreaterThanOrEqual(RANK[evaluateWith(fewer)(facts).verdict]);
      }),
      RUNS,
    );
  });
  test('a rule that is added denies what it denies', () => {
    const never: Rule = { name: 'never', judge: () => [{ rule: 'never', outcome: 'denied', message: 'Never.', details: {} }] };
    fc.assert(
      fc.property(arbitraryFacts, (facts) => evaluateWith([...RULES, never])(facts).verdict === 'denied'),
      RUNS,
    );
  });
  test('the second writing of the combination agrees with decide', () => {
    fc.assert(
      fc.property(arbitraryFacts, (facts) => evaluateWith(RULES)(facts).verdict === REAL(facts).verdict),
      MANY,
    );
  });
  test('a tightened policy allows a subset (INVARIANT I7)', () => fc.assert(tighterNeverMore(REAL), { numRuns: 3_000 }));
});

describe('effects together (INVARIANT I4)', () => {
  test('reordering changes nothing', () => fc.assert(orderChangesNothing(REAL), MANY));
  test('splitting never allows more', () => fc.assert(splittingNeverMore(REAL), MANY));
  test('merging never allows more', () => fc.assert(mergingNeverMore(REAL), MANY));
});

describe('consent (INVARIANT I6)', () => {
  test("the owner's signature never lifts a denial", () => fc.assert(consentNeverLiftsDenial(REAL), MANY));
});
