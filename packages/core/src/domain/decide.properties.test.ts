import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NATIVE_ASSET } from './asset.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';
import type { DecisionFacts } from './facts.ts';
import { assetRule, effect, given, moves, policies, rest, small, some } from './test-support/arbitrary-facts.ts';
import { aPolicy, facts, outflow, usage } from './test-support/decision-facts.ts';
import { TIGHTENINGS } from './test-support/tightenings.ts';

const RANK: { readonly [Verdict in Decision['verdict']]: number } = { allowed: 0, needs_delay: 1, needs_owner: 2, denied: 3 };
const rank = (given: DecisionFacts): number => RANK[decide(given).verdict];

describe('decide: properties', () => {
  test('the generated facts reach every verdict', () => {
    const seen = new Set(
      fc
        .sample(fc.tuple(some, policies, rest), { numRuns: 3_000, seed: 1 })
        .map(([effects, policy, others]) => decide(given(effects, policy, others)).verdict),
    );
    expect(seen).toEqual(new Set(['allowed', 'needs_delay', 'needs_owner', 'denied']));
  });
  test('the same facts give the same decision, byte for byte', () => {
    const text = (decision: Decision): string => JSON.stringify(decision, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
    fc.assert(
      fc.property(some, policies, rest, (effects, policy, others) => {
        const one = given(effects, policy, others);
        expect(text(decide(structuredClone(one)))).toBe(text(decide(one)));
      }),
    );
  });
  test('the order of effects changes nothing', () => {
    fc.assert(
      fc.property(some, policies, rest, (effects, policy, others) => {
        const one = given(effects, policy, others);
        expect(rank({ ...one, effects: [...effects].reverse() })).toBe(rank(one));
      }),
    );
  });
  test('a further effect never allows more', () => {
    const does = some.filter((effects) => effects.some(({ kind }) => kind !== 'fee' && kind !== 'memo'));
    fc.assert(
      fc.property(does, effect, policies, rest, (effects, more, policy, others) => {
        const all = [...effects, more];
        // A call brings the simulation's amounts into the sums; without one they are none.
        if (more.kind === 'program_call' && others.simulation !== null) return;
        if (more.kind !== 'program_call' || effects.some(({ kind }) => kind === 'program_call'))
          expect(rank(given(all, policy, others)) >= rank(given(effects, policy, { ...others }))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
  test('splitting an outflow, over instructions or over SOL and wrapped SOL, never changes the verdict', () => {
    fc.assert(
      fc.property(fc.array(moves, { minLength: 1, maxLength: 3 }), fc.nat(100), policies, rest, (effects, part, policy, others) => {
        const [first, ...more] = effects;
        if (!first) return;
        const cut = (first.amount * BigInt(part)) / 100n;
        const split = [
          { ...first, amount: cut },
          { ...first, amount: first.amount - cut, instruction: 9 },
        ].filter((each) => each.amount > 0n);
        const quiet = { ...others, simulation: null };
        expect(rank(given([...split, ...more], policy, quiet))).toBe(rank(given(effects, policy, quiet)));
      }),
    );
  });
  test('merging two payments allows no more than the second after the first', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 200n }),
        fc.bigInt({ min: 1n, max: 200n }),
        small,
        assetRule(NATIVE_ASSET),
        (one, other, before, rule) => {
          const policy = aPolicy({ assets: [rule] });
          const at = (amounts: readonly bigint[], alone: bigint) => {
            const effects = amounts.map((each) => outflow(each));
            return rank(facts(effects, policy, { usage: usage(effects, policy, alone) }));
          };
          expect(at([one, other], before) >= Math.max(at([one], before), at([other], before + one))).toBe(true);
        },
      ),
    );
  });
  test('default deny: without a policy, or with an empty one, nothing is ever allowed', () => {
    const empty = aPolicy({ assets: [], recipients: [], otherRecipients: 'denied' });
    fc.assert(
      fc.property(fc.array(moves, { minLength: 1, maxLength: 4 }), rest, (effects, others) => {
        expect(decide({ ...given(effects, empty, others), policy: null }).verdict).toBe('denied');
        expect(decide(given(effects, empty, others)).verdict).toBe('denied');
      }),
    );
  });
  test('a tightened policy allows a subset of what the old one did', () => {
    fc.assert(
      fc.property(some, policies, rest, fc.constantFrom(...TIGHTENINGS), fc.nat(100), (effects, policy, others, tighten, part) => {
        const tighter = tighten(policy, BigInt(part));
        expect(rank(given(effects, tighter, others, [policy])) >= rank(given(effects, policy, others, [tighter]))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
  test('more used before never allows more', () => {
    fc.assert(
      fc.property(some, policies, rest, small, (effects, policy, others, extra) => {
        expect(rank(given(effects, policy, { ...others, alone: others.alone + extra })) >= rank(given(effects, policy, others))).toBe(true);
      }),
    );
  });
  test("the owner's signature and a served delay never forbid, and never lift a denial that is not about the agent alone", () => {
    fc.assert(
      fc.property(some, policies, rest, (effects, policy, others) => {
        const alone = given(effects, { ...policy, cooldownSeconds: null }, { ...others, ownerConsents: false, delayServed: false });
        const served = rank({ ...alone, delayServed: true });
        expect(served <= rank(alone)).toBe(true);
        if (rank(alone) === 3) expect(served).toBe(3);
        const isCall = effects.some(({ kind }) => kind === 'program_call') && others.simulation === null;
        if (rank(alone) === 3) expect(rank({ ...alone, ownerConsents: true })).toBe(3);
        else if (!isCall) expect(rank({ ...alone, ownerConsents: true })).toBe(0);
      }),
    );
  });
});
