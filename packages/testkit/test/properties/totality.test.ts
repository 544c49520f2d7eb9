import { type DecisionFacts, decide, type Effect, MAX_AMOUNT, rulePolicyEngine } from '@countersign/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  arbitraryCalmPolicy,
  arbitraryFacts,
  arbitraryFactsOf,
  arbitraryLie,
  arbitraryPaymentFor,
  calmFacts,
  feeOf,
  HOSTILE_VALUES,
  MAX_U64,
  outflowOf,
  SOL,
} from '../../src/arbitraries/index.ts';
import { canonical, MANY, RUNS } from './evaluate.ts';

const facts = fc.oneof(arbitraryFacts, arbitraryFactsOf(arbitraryCalmPolicy, arbitraryPaymentFor));
const VERDICTS: readonly string[] = ['allowed', 'needs_delay', 'needs_owner', 'denied'];

describe('total (INVARIANT I5)', () => {
  test('no facts that the types allow make it throw', () => {
    fc.assert(
      fc.property(facts, (given) => VERDICTS.includes(decide(given).verdict)),
      MANY,
    );
  });
  test('nor do facts that lie about their types, in one to four places', () => {
    fc.assert(
      fc.property(facts, fc.array(arbitraryLie, { minLength: 1, maxLength: 4 }), (given, lies) => {
        expect(VERDICTS).toContain(decide(lies.reduce((lied, lie) => lie(lied), given)).verdict);
      }),
      { numRuns: 2_000 },
    );
  });
  test('nor do values that are no facts at all; they are denied', () => {
    for (const value of HOSTILE_VALUES) expect(decide(value as DecisionFacts).verdict).toBe('denied');
  });
  test('amounts, usage, clocks and consent that are not what they should be allow nothing', () => {
    const lies: readonly (readonly [string, (given: DecisionFacts, value: unknown) => unknown, readonly unknown[]])[] = [
      [
        'amount',
        (given, value) => ({
          ...given,
          effects: given.effects.map((effect) => (effect.kind === 'asset_outflow' ? { ...effect, amount: value } : effect)),
        }),
        HOSTILE_VALUES.filter((value) => typeof value !== 'bigint' || value < 0n),
      ],
      [
        'fee',
        (given, value) => ({
          ...given,
          effects: given.effects.map((effect) => (effect.kind === 'fee' ? { ...effect, amountLamports: value } : effect)),
        }),
        HOSTILE_VALUES.filter((value) => typeof value !== 'bigint' || value < 0n),
      ],
      [
        'usage',
        (given, value) => ({ ...given, usage: given.usage.map((each) => ({ ...each, alone: value })) }),
        HOSTILE_VALUES.filter((value) => typeof value !== 'bigint' || value < 0n),
      ],
      ['clock', (given, value) => ({ ...given, nowMs: value }), HOSTILE_VALUES],
      ["the chain's clock", (given, value) => ({ ...given, chainTimeMs: value }), HOSTILE_VALUES],
      ['effects', (given, value) => ({ ...given, effects: value }), HOSTILE_VALUES],
      ['wallet state', (given, value) => ({ ...given, walletState: value }), HOSTILE_VALUES],
      ['kind', (given, value) => ({ ...given, effects: given.effects.map((effect) => ({ ...effect, kind: value })) }), HOSTILE_VALUES],
    ];
    fc.assert(
      fc.property(
        arbitraryFactsOf(arbitraryCalmPolicy, arbitraryPaymentFor),
        fc.constantFrom(...lies),
        fc.nat(),
        (given, [what, lie, values], at) => {
          fc.pre(what !== 'usage' || given.usage.length > 0);
          const value = values[at % values.length];
          expect(decide(lie(given, value) as DecisionFacts).verdict, `${what} ${String(typeof value)}`).not.toBe('allowed');
        },
      ),
      { numRuns: 2_000 },
    );
  });
  test('consent and a served delay count only when they are true', () => {
    fc.assert(
      fc.property(facts, fc.constantFrom(...HOSTILE_VALUES.filter((value) => value !== true)), (given, value) => {
        const neither = decide({ ...given, ownerConsents: false, delayServed: false }).verdict;
        expect(decide({ ...given, ownerConsents: value, delayServed: value } as DecisionFacts).verdict).toBe(neither);
      }),
      MANY,
    );
  });
});

describe('no overflow (INVARIANT I4)', () => {
  test('sums of up to 400 amounts of 2^64 − 1 are counted in full', () => {
    fc.assert(
      fc.property(
        arbitraryCalmPolicy,
        fc.integer({ min: 1, max: 400 }),
        fc.constantFrom(MAX_U64, MAX_U64 - 1n, 2n ** 63n),
        (policy, times, amount) => {
          const effects: readonly Effect[] = [...Array.from({ length: times }, () => outflowOf({ asset: SOL, amount })), feeOf(10_000n)];
          const { verdict, budgets } = decide(calmFacts(policy, effects));
          const sum = amount * BigInt(times);
          for (const line of budgets.filter(({ of }) => of === SOL)) expect(line.asked).toBe(sum);
          if (sum > MAX_AMOUNT) expect(verdict).toBe('denied');
        },
      ),
      RUNS,
    );
  });
  test('usage beyond 2^64 leaves nothing, and never wraps to room', () => {
    fc.assert(
      fc.property(
        arbitraryFactsOf(arbitraryCalmPolicy, arbitraryPaymentFor),
        fc.bigInt({ min: MAX_U64, max: MAX_U64 ** 4n }),
        (given, used) => {
          const decision = decide({ ...given, usage: given.usage.map((each) => ({ ...each, alone: used, total: used })) });
          for (const line of decision.budgets) {
            expect(line.remaining).toBe(line.limit > line.used ? line.limit - line.used : 0n);
            if (!line.of.startsWith('group')) expect(line.remaining).toBe(0n);
          }
        },
      ),
      RUNS,
    );
  });
});

describe('one function (INVARIANT I1)', () => {
  test('the same facts give the same decision, byte for byte: dry run and payment are one', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const dryRun = canonical(rulePolicyEngine.evaluate(given));
        expect(canonical(decide(structuredClone(given)))).toBe(dryRun);
        expect(canonical(decide(frozen(structuredClone(given))))).toBe(dryRun);
      }),
      MANY,
    );
    expect(rulePolicyEngine.evaluate).toBe(decide);
  });
  test('a decision carries what it stands on, and a route only when it is no denial', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const decision = decide(given);
        expect(decision).toMatchObject({
          decidedAtMs: given.nowMs,
          chainTimeMs: given.chainTimeMs,
          policyRevision: 7,
          slot: given.simulation?.slot ?? null,
        });
        expect(decision.route === null).toBe(decision.verdict === 'denied');
        expect(decision.delaySeconds === null).toBe(decision.verdict !== 'needs_delay');
        if (decision.verdict !== 'allowed') expect(decision.objections.length).toBeGreaterThan(0);
        expect(decision.verdict === 'denied').toBe(decision.objections.some(({ outcome }) => outcome === 'denied'));
      }),
      MANY,
    );
  });
});

/** Nothing of it can be written to. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) frozen(each);
  return Object.freeze(value);
}
