import {
  type AgentPolicy,
  type AssetBounds,
  type Bounds,
  type ChainLimit,
  decide,
  decodeBounds,
  deriveBounds,
  deriveChainLimits,
  encodeBounds,
} from '@countersign/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryPolicy, calmFacts, feeOf, LIMIT, outflowOf, WALLET } from '../../src/arbitraries/index.ts';
import { RUNS } from './evaluate.ts';

interface Derived {
  readonly policy: AgentPolicy;
  readonly limits: readonly ChainLimit[];
  readonly bounds: Bounds;
}

/** Policies that the chain can back, with what is derived from them. */
const derived: fc.Arbitrary<Derived> = arbitraryPolicy
  .map((policy): Derived | null => {
    const limits = deriveChainLimits(policy, WALLET);
    if (!limits.ok) return null;
    const context = { network: 'test', wallet: WALLET.multisig, revision: 1, owner: WALLET.owner, agent: WALLET.agent, recovery: null };
    const bounds = deriveBounds(policy, {
      ...context,
      limits: limits.value.map(({ asset }) => ({ asset, decimals: 9, spendingLimit: LIMIT })),
    });
    return { policy, limits: limits.value, bounds };
  })
  .filter((all) => all !== null);

const listedBy = (policy: AgentPolicy): ReadonlySet<string> =>
  new Set(policy.recipients.map(({ address }) => (address === 'owner' ? WALLET.owner : address)));
/** The same policy without what the signer cannot know: counts, hours, history, recipients' own windows. */
const amountsOnly = (policy: AgentPolicy): AgentPolicy => ({
  ...policy,
  expiresAtMs: null,
  transactions: [],
  recipients: policy.recipients.map((recipient) => ({ ...recipient, windows: [] })),
  firstPayment: 'as_any',
  schedule: null,
  cooldownSeconds: null,
  nearLimit: null,
  failures: null,
  denials: null,
  fees: { ...policy.fees, windows: [] },
});

describe('what the signer may sign (INVARIANT I4)', () => {
  test('bounds name no asset, recipient or amount that the policy does not let the agent have alone', () => {
    fc.assert(
      fc.property(derived, ({ policy, bounds }) => {
        const people = listedBy(policy);
        for (const { asset, perTransaction, windows, recipients } of bounds.assets) {
          const rule = policy.assets.find((each) => each.asset === asset);
          expect(rule).toBeDefined();
          expect(perTransaction).toBe(rule?.perTransaction.delayed?.upTo ?? rule?.perTransaction.autonomous);
          for (const { seconds, autonomous } of rule?.windows ?? [])
            expect(windows.some((window) => window.seconds === seconds && window.amount <= autonomous)).toBe(true);
          expect(recipients.every((recipient) => people.has(recipient))).toBe(true);
          expect(recipients.length).toBeGreaterThan(0);
        }
        expect(bounds.feeCapLamports).toBe(policy.fees.perTransactionLamports);
        expect(bounds.rentCapLamports).toBe(policy.fees.rentPerTransactionLamports);
        expect(bounds.signaturesPerMinute).toBe(policy.signaturesPerMinute);
        expect(decodeBounds(encodeBounds(bounds))).toEqual({ ok: true, value: bounds });
      }),
      RUNS,
    );
  });
  test('a payment that the bounds let through is one that the amounts of the policy let the agent make alone, and the other way round', () => {
    fc.assert(
      fc.property(derived, fc.nat(), fc.nat(), fc.nat({ max: 5 }), (all, at, edge, half) => {
        const [policy, bounds] = [amountsOnly(all.policy), all.bounds];
        const bound = bounds.assets[at % Math.max(1, bounds.assets.length)];
        fc.pre(bound !== undefined && policy.fees.perTransactionLamports >= 10_000n);
        if (bound === undefined) return;
        const used = (seconds: number): bigint =>
          ((bound.windows.find((window) => window.seconds === seconds)?.amount ?? 0n) * BigInt(half)) / 5n;
        const edges = [bound.perTransaction, ...bound.windows.map(({ seconds, amount }) => amount - used(seconds))].flatMap((amount) => [
          amount,
          amount + 1n,
        ]);
        const amount = edges[edge % edges.length] ?? 1n;
        fc.pre(amount > 0n);
        const destination = bound.recipients[0] ?? WALLET.owner;
        const effects = [outflowOf({ asset: bound.asset, amount, destination }), feeOf(10_000n)];
        const base = calmFacts(policy, effects);
        const usage = base.usage.map((window) =>
          window.meter === `asset/${bound.asset}` ? { ...window, alone: used(window.seconds), total: used(window.seconds) } : window,
        );
        const decision = decide({ ...base, usage });
        const aloneByPolicy = decision.verdict === 'allowed' || decision.verdict === 'needs_delay';
        expect(letThrough(bound, amount, used)).toBe(aloneByPolicy);
      }),
      { numRuns: 1_500 },
    );
  });
});

/** What a signer decides by bounds alone. */
function letThrough({ perTransaction, windows }: AssetBounds, amount: bigint, used: (seconds: number) => bigint): boolean {
  return amount <= perTransaction && windows.every((window) => used(window.seconds) + amount <= window.amount);
}

describe('what the chain lets through (INVARIANT I4)', () => {
  test('limits on chain never let more leave within one period than the bounds do', () => {
    fc.assert(
      fc.property(derived, ({ policy, limits, bounds }) => {
        const people = listedBy(policy);
        expect(new Set(limits.map(({ asset }) => asset)).size).toBe(limits.length);
        for (const { asset, amount, periodSeconds, destinations } of limits) {
          const bound = bounds.assets.find((each) => each.asset === asset);
          expect(bound).toBeDefined();
          // An empty list of destinations would let the agent pay anybody.
          expect(destinations.length).toBeGreaterThan(0);
          expect(destinations.every((destination) => people.has(destination))).toBe(true);
          expect(amount).toBeGreaterThan(0n);
          for (const window of bound?.windows ?? []) expect(amount).toBeLessThanOrEqual(mostOver(window, periodSeconds));
        }
        for (const { asset } of bounds.assets) expect(limits.some((limit) => limit.asset === asset)).toBe(true);
      }),
      RUNS,
    );
  });
  test('an asset that the agent may not pay alone has no limit on chain', () => {
    fc.assert(
      fc.property(derived, ({ policy, limits }) => {
        for (const { asset, perTransaction } of policy.assets)
          if ((perTransaction.delayed?.upTo ?? perTransaction.autonomous) === 0n)
            expect(limits.some((limit) => limit.asset === asset)).toBe(false);
        if (policy.recipients.length === 0) expect(limits).toEqual([]);
      }),
      RUNS,
    );
  });
});

/** The most that a rolling window lets out in a period, paid out as early as it can be: once at its start, and again one moment after each window. */
function mostOver({ seconds, amount }: AssetBounds['windows'][number], periodSeconds: number): bigint {
  let sum = 0n;
  for (let atMs = 0; atMs < periodSeconds * 1_000; atMs += seconds * 1_000 + 1) sum += amount;
  return sum;
}
