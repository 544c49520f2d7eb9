import {
  type AgentPolicy,
  type Bounds,
  comparePolicies,
  type Decision,
  type DecisionFacts,
  decide,
  deriveBounds,
  deriveChainLimits,
  formatPolicy,
  loosening,
  meterWindows,
  parsePolicy,
  tightensOnly,
} from '@countersign/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  arbitraryFactsOf,
  arbitraryMessageFor,
  arbitraryPolicy,
  arbitraryPolicyPair,
  arbitraryTightening,
  arbitraryUsage,
  LIMIT,
  WALLET,
} from '../../src/arbitraries/index.ts';
import { RANK, RUNS } from './evaluate.ts';

type Pair = readonly [before: AgentPolicy, after: AgentPolicy];
/** Pairs of which `comparePolicies` says that something changed and nothing loosens, but for what is to be overlooked. */
function tighterBut(overlooked: RegExp | null): fc.Arbitrary<Pair> {
  return arbitraryPolicyPair.filter(([before, after]) => {
    const changes = comparePolicies(before, after);
    const loose = loosening(changes);
    return (
      changes.length > 0 &&
      (overlooked === null ? loose.length === 0 : loose.length > 0 && loose.every(({ path }) => overlooked.test(path)))
    );
  });
}
const tighter = tighterBut(null);

/** The decisions by both policies at the same facts, over the windows of both. */
function judged(pairs: fc.Arbitrary<Pair>): fc.Arbitrary<readonly [before: Decision, after: Decision]> {
  return pairs.chain(([before, after]) =>
    fc.tuple(arbitraryFactsOf(fc.constant(before), arbitraryMessageFor), fc.option(arbitraryUsage)).map(([facts, usageOf]) => {
      const windows = [...meterWindows(before, WALLET, facts.effects), ...meterWindows(after, WALLET, facts.effects)];
      const usage = usageOf === null ? windows.map((window) => ({ ...window, alone: 0n, total: 0n })) : usageOf(windows);
      const by = (rules: AgentPolicy): Decision => decide({ ...facts, usage, policy: { revision: 1, rules } } satisfies DecisionFacts);
      return [by(before), by(after)] as const;
    }),
  );
}

/** Who must sign, and when; more is less autonomous. */
const ROUTES: { readonly [Route in NonNullable<Decision['route']>]: number } = { autonomous: 0, delayed: 1, countersigned: 2 };
function noMore([before, after]: readonly [Decision, Decision]): boolean {
  if (RANK[after.verdict] < RANK[before.verdict]) return false;
  if (after.route !== null && before.route !== null && ROUTES[after.route] < ROUTES[before.route]) return false;
  return before.verdict !== 'needs_delay' || after.verdict !== 'needs_delay' || (after.delaySeconds ?? 0) >= (before.delaySeconds ?? 0);
}

const STAYS = 'allowed → allowed';

const boundsOf = (policy: AgentPolicy): Bounds =>
  deriveBounds(policy, {
    ...{ network: 'test', wallet: WALLET.multisig, revision: 1, owner: WALLET.owner, agent: WALLET.agent, recovery: null },
    limits: policy.assets.map(({ asset }) => ({ asset, decimals: 9, spendingLimit: LIMIT })),
  });

describe('where comparePolicies finds nothing that loosens (INVARIANT I7)', () => {
  test('the second policy allows at any facts at most what the first does, no sooner and by no route with fewer signatures', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(judged(tighter), (both) => {
        const pair = both.map(({ verdict }) => verdict).join(' → ');
        seen.set(pair, (seen.get(pair) ?? 0) + 1);
        expect(noMore(both)).toBe(true);
      }),
      { numRuns: 2_500 },
    );
    // The property is about something: what was allowed stays allowed, or stops.
    const stopped = [...seen].reduce((sum, [pair, count]) => (pair.startsWith('allowed') && pair !== STAYS ? sum + count : sum), 0);
    expect(seen.get(STAYS) ?? 0).toBeGreaterThan(10);
    expect(stopped).toBeGreaterThan(10);
  });
  test.each([
    ['amounts of one transaction', /perTransaction\.(autonomous|ceiling|delayed)/],
    ['windows', /windows/],
    ['recipients', /^recipients\.[^.]+$/],
    ['programs', /^programs/],
    ['strangers and first payments', /^(otherRecipients|firstPayment)$/],
  ])(
    'a comparison that overlooked %s would be found out',
    (_name, overlooked) => {
      const found = fc.check(fc.property(judged(tighterBut(overlooked)), noMore), { numRuns: 5_000, endOnFailure: true, seed: 42 });
      expect(found.failed).toBe(true);
    },
    120_000,
  );
  test('bounds and limits on chain that would be derived from it let the agent have no more', () => {
    fc.assert(
      fc.property(tighter, ([before, after]) => {
        const [wide, narrow] = [boundsOf(before), boundsOf(after)];
        expect(narrow.feeCapLamports <= wide.feeCapLamports && narrow.rentCapLamports <= wide.rentCapLamports).toBe(true);
        expect(narrow.signaturesPerMinute).toBeLessThanOrEqual(wide.signaturesPerMinute);
        for (const asset of narrow.assets) {
          const was = wide.assets.find((each) => each.asset === asset.asset);
          expect(asset.perTransaction <= (was?.perTransaction ?? -1n)).toBe(true);
          expect(asset.recipients.every((each) => was?.recipients.includes(each))).toBe(true);
          for (const { seconds, amount } of was?.windows ?? [])
            expect(asset.windows.some((window) => window.seconds === seconds && window.amount <= amount)).toBe(true);
        }
        const [limits, fewer] = [deriveChainLimits(before, WALLET), deriveChainLimits(after, WALLET)];
        if (!limits.ok) return;
        expect(fewer.ok).toBe(true);
        for (const { asset, amount, periodSeconds, destinations } of fewer.ok ? fewer.value : []) {
          const was = limits.value.find((each) => each.asset === asset);
          expect(destinations.every((each) => was?.destinations.includes(each))).toBe(true);
          // A window that is new may choose a shorter period, which lets through no more at once.
          expect(periodSeconds).toBeLessThanOrEqual(was?.periodSeconds ?? 0);
          expect(amount <= (was?.amount ?? -1n)).toBe(true);
        }
      }),
      RUNS,
    );
  });
});

describe('comparePolicies', () => {
  test('most ways to tighten that are known are found tighter', () => {
    let found = 0;
    fc.assert(
      fc.property(arbitraryPolicy, arbitraryTightening, (policy, { tighten }) => {
        const after = parsePolicy(formatPolicy(tighten(policy)));
        // A recipient who goes may be the owner, listed twice; weights may be what programs are weighed by; some do nothing to this policy.
        if (after.ok && tightensOnly(comparePolicies(policy, after.value))) found += 1;
      }),
      { numRuns: 1_500 },
    );
    expect(found).toBeGreaterThan(800);
  });
  test('it is total, and finds no difference where there is none', () => {
    fc.assert(
      fc.property(arbitraryPolicyPair, ([before, after]) => {
        expect(comparePolicies(before, structuredClone(before))).toEqual([]);
        const changes = comparePolicies(before, after);
        expect(changes.length === 0).toBe(sorted(before) === sorted(after));
      }),
      RUNS,
    );
  });
});

/** A policy as text in which lists have one order. */
function sorted(policy: AgentPolicy): string {
  const order = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((each) => JSON.stringify(order(each))).sort();
    if (typeof value === 'bigint') return value.toString();
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, each]) => [name, order(each)]),
    );
  };
  return JSON.stringify(order(policy));
}
