import { type AgentPolicy, decide, type Effect } from '@countersign/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryCalmPolicy, calmFacts, feeOf, MERCHANT, NOW_MS, outflowOf, SOL } from '../../src/arbitraries/index.ts';
import { REAL, RUNS } from './evaluate.ts';
import { asTheModelSays, splittingTransactionsNeverMore, windowsNeverOverrun } from './sequence-properties.ts';

describe('sequences of transactions (INVARIANT I4)', () => {
  test('no window is ever overrun, in whatever pieces and order', () => fc.assert(windowsNeverOverrun(REAL), { numRuns: 1_500 }));
  test('every decision is the one of the naive model', () => fc.assert(asTheModelSays(REAL), { numRuns: 1_500 }));
  test('a payment in pieces moves no more than the windows let', () => fc.assert(splittingTransactionsNeverMore(REAL), RUNS));
  test('the agent pays alone no sooner than the cooldown says', () => {
    fc.assert(
      fc.property(
        arbitraryCalmPolicy,
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: -2, max: 2_000_000 }),
        (given, cooldownSeconds, sinceMs) => {
          const policy: AgentPolicy = { ...given, cooldownSeconds };
          const effects: readonly Effect[] = [outflowOf({ asset: SOL, amount: 1n, destination: MERCHANT }), feeOf(10_000n)];
          const history = { lastAloneAtMs: NOW_MS - sinceMs, paidBefore: [MERCHANT], denials: 0, failuresInARow: 0 };
          const { verdict, objections } = decide(calmFacts(policy, effects, { history }));
          const early = sinceMs < cooldownSeconds * 1_000;
          expect(objections.some(({ rule }) => rule === 'cooldown')).toBe(early);
          if (early) expect(verdict).not.toBe('allowed');
        },
      ),
      RUNS,
    );
  });
});
