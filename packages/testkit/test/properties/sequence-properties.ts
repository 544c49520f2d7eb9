import { type AgentPolicy, type AssetOutflow, type DecisionFacts, holdingOf, type MeterUsage, meterWindows } from '@countersign/core';
import fc from 'fast-check';
import { arbitraryCalmPolicy, calmFacts, feeOf, NOW_MS, outflowOf, PEOPLE, WALLET } from '../../src/arbitraries/index.ts';
import type { Evaluate, Verdict } from './evaluate.ts';
import { naiveUsage, naiveVerdict, naiveWindows, type Paid } from './naive-model.ts';

/** One payment that is asked for. `draws` choose its assets and amounts from what is left at that moment. */
interface Step {
  readonly gapMs: number;
  readonly draws: readonly { readonly asset: number; readonly amount: number; readonly recipient: number }[];
  readonly ownerConsents: boolean;
  readonly delayServed: boolean;
}

const GAPS_MS = [0, 1, 30_000, 59_999, 60_000, 60_001, 3_600_000, 3_600_001, 43_200_000, 86_400_000, 86_400_001, 604_800_001];
const arbitraryStep: fc.Arbitrary<Step> = fc.record({
  gapMs: fc.constantFrom(...GAPS_MS),
  draws: fc.array(fc.record({ asset: fc.nat({ max: 5 }), amount: fc.nat({ max: 1_000 }), recipient: fc.nat({ max: 5 }) }), {
    minLength: 1,
    maxLength: 3,
  }),
  ownerConsents: fc.boolean(),
  delayServed: fc.boolean(),
});

/** Amounts that just fit, and just do not. */
function candidates(policy: AgentPolicy, past: readonly Paid[], nowMs: number, asset: AgentPolicy['assets'][number]): readonly bigint[] {
  const { autonomous, delayed, ceiling } = asset.perTransaction;
  const left = naiveWindows(policy)
    .filter(({ name }) => name === asset.asset)
    .flatMap((window) => {
      const used = naiveUsage(past, window, nowMs);
      return [(window.autonomous ?? 0n) - used.alone, (window.ceiling ?? 0n) - used.total];
    });
  const edges = [autonomous, delayed?.upTo ?? autonomous, ceiling, ...left];
  return [1n, ...edges.flatMap((edge) => [edge / 3n, edge, edge + 1n])].filter((amount) => amount > 0n);
}

function outflowsOf(policy: AgentPolicy, past: readonly Paid[], nowMs: number, { draws }: Step): readonly AssetOutflow[] {
  return draws.flatMap((draw): readonly AssetOutflow[] => {
    const rule = policy.assets[draw.asset % Math.max(1, policy.assets.length)];
    if (rule === undefined) return [];
    const amounts = candidates(policy, past, nowMs, rule);
    const amount = amounts[draw.amount % amounts.length] ?? 1n;
    const listed = policy.recipients.map(({ address }) => (address === 'owner' ? WALLET.owner : address));
    const people = draw.recipient === 5 || listed.length === 0 ? PEOPLE : listed;
    return [outflowOf({ asset: rule.asset, amount, destination: people[draw.recipient % people.length] ?? WALLET.owner })];
  });
}

/** Usage by meters, from the past alone: what each payment held, as it would be written down. */
function usageOf(
  policy: AgentPolicy,
  past: readonly Paid[],
  windows: ReturnType<typeof meterWindows>,
  nowMs: number,
): readonly MeterUsage[] {
  return windows.map((window) => {
    const counted = ({ outflows, feesLamports }: Pick<Paid, 'outflows' | 'feesLamports'>): bigint => {
      const { amounts } = holdingOf({
        effects: [...outflows, feeOf(feesLamports)],
        simulation: null,
        policy,
        addresses: WALLET,
        alone: true,
      });
      return amounts.find(({ meter }) => meter === window.meter)?.amount ?? 0n;
    };
    return { ...window, ...naiveUsage(past, { seconds: window.seconds, counted }, nowMs) };
  });
}

export interface Played {
  readonly facts: DecisionFacts;
  readonly verdict: Verdict;
  readonly expected: Verdict;
}
interface Outcome {
  readonly past: readonly Paid[];
  readonly played: readonly Played[];
}

/** Plays the steps one after the other; what is allowed is paid and counts from then on. */
function play(evaluate: Evaluate, policy: AgentPolicy, steps: readonly Step[]): Outcome {
  const past: Paid[] = [];
  const played: Played[] = [];
  let nowMs = NOW_MS;
  for (const step of steps) {
    nowMs += step.gapMs;
    const outflows = outflowsOf(policy, past, nowMs, step);
    if (outflows.length === 0) continue;
    const feesLamports = 10_000n;
    const effects = [...outflows, feeOf(feesLamports)];
    const { ownerConsents, delayServed } = step;
    const facts = calmFacts(policy, effects, {
      usage: usageOf(policy, past, meterWindows(policy, WALLET, effects), nowMs),
      history: {
        lastAloneAtMs: past.findLast(({ alone }) => alone)?.atMs ?? null,
        paidBefore: [
          ...new Set(past.flatMap((paid) => paid.outflows.flatMap(({ destination }) => (destination === null ? [] : [destination])))),
        ],
        denials: 0,
        failuresInARow: 0,
      },
      ownerConsents,
      delayServed,
      nowMs,
      chainTimeMs: nowMs,
    });
    const { verdict } = evaluate(facts);
    played.push({ facts, verdict, expected: naiveVerdict({ policy, past, outflows, feesLamports, nowMs, ownerConsents, delayServed }) });
    if (verdict === 'allowed') past.push({ atMs: nowMs, alone: !ownerConsents, outflows, feesLamports });
  }
  return { past, played };
}

const policies: fc.Arbitrary<AgentPolicy> = arbitraryCalmPolicy.map((policy) => ({ ...policy, cooldownSeconds: null }));
const steps: fc.Arbitrary<readonly Step[]> = fc.array(arbitraryStep, { minLength: 1, maxLength: 12 });

/** INVARIANT I4: whatever is asked in whatever pieces and order, no window ever holds more than its limits, and no payment is over its own. */
export function windowsNeverOverrun(evaluate: Evaluate): fc.IProperty<[AgentPolicy, readonly Step[]]> {
  return fc.property(policies, steps, (policy, asked) => {
    const { past } = play(evaluate, policy, asked);
    const windows = naiveWindows(policy);
    for (const { atMs } of past)
      for (const window of windows) {
        const used = naiveUsage(past, window, atMs);
        if (window.ceiling !== null && used.total > window.ceiling)
          throw new Error(`${window.name} in ${window.seconds} s: ${used.total} of ${window.ceiling}`);
        if (window.autonomous !== null && used.alone > window.autonomous)
          throw new Error(`${window.name} in ${window.seconds} s: ${used.alone} of ${window.autonomous} alone`);
      }
  });
}

/** The decision is the one that the naive model reads from the specification, payment by payment. */
export function asTheModelSays(evaluate: Evaluate): fc.IProperty<[AgentPolicy, readonly Step[]]> {
  return fc.property(policies, steps, (policy, asked) => {
    for (const { verdict, expected } of play(evaluate, policy, asked).played)
      if (verdict !== expected) throw new Error(`${verdict}, but the model says ${expected}`);
  });
}

/**
 * What several transactions moved alone, one transaction could not have moved beyond the windows either: split or merged, the sums that
 * leave at one moment obey the same limits.
 */
export function splittingTransactionsNeverMore(evaluate: Evaluate): fc.IProperty<[AgentPolicy, readonly Step[], number]> {
  return fc.property(policies, steps, fc.integer({ min: 2, max: 5 }), (policy, asked, pieces) => {
    const last = asked.at(-1);
    if (last === undefined) return;
    const before = play(evaluate, policy, asked.slice(0, -1));
    const nowMs = NOW_MS + asked.reduce((sum, { gapMs }) => sum + gapMs, 0);
    const whole = outflowsOf(policy, before.past, nowMs, last);
    const limits = naiveWindows(policy);
    const past = [...before.past];
    for (let piece = 0; piece < pieces; piece += 1) {
      const outflows = whole.map((each) => ({
        ...each,
        amount: each.amount / BigInt(pieces) + (piece === 0 ? each.amount % BigInt(pieces) : 0n),
      }));
      const effects = [...outflows, feeOf(10_000n)];
      const facts = calmFacts(policy, effects, {
        usage: usageOf(policy, past, meterWindows(policy, WALLET, effects), nowMs),
        nowMs,
        chainTimeMs: nowMs,
      });
      if (evaluate(facts).verdict === 'allowed') past.push({ atMs: nowMs, alone: true, outflows, feesLamports: 10_000n });
    }
    for (const window of limits) {
      const used = naiveUsage(past, window, nowMs);
      if (window.autonomous !== null && used.alone > window.autonomous)
        throw new Error(`${window.name}: ${used.alone} of ${window.autonomous} alone in pieces`);
      if (window.ceiling !== null && used.total > window.ceiling)
        throw new Error(`${window.name}: ${used.total} of ${window.ceiling} in pieces`);
    }
  });
}
