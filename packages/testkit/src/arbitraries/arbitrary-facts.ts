import {
  type AgentPolicy,
  type DecisionFacts,
  type Effect,
  MAX_AMOUNT,
  meterWindows,
  type SimulationReport,
  type WalletState,
} from '@countersign/core';
import fc from 'fast-check';
import { arbitraryEffect } from './arbitrary-effects.ts';
import { arbitraryMessageFor } from './arbitrary-message.ts';
import { arbitraryAmount, arbitraryPolicy } from './arbitrary-policy.ts';
import { ASSETS, PEOPLE, PROGRAM, STRANGER, WALLET, WRAPPED_NATIVE_ASSET } from './cast.ts';

/** 2026-09-21T14:13:20Z, a Monday. */
export const NOW_MS = 1_790_000_000_000;

/** Facts in which only policy, effects and what a test adds can be objected to. */
export function calmFacts(policy: AgentPolicy, effects: readonly Effect[], change: Partial<DecisionFacts> = {}): DecisionFacts {
  return {
    policy: { revision: 7, rules: policy },
    walletState: 'active',
    addresses: WALLET,
    effects,
    usage: meterWindows(policy, WALLET, effects).map((window) => ({ ...window, alone: 0n, total: 0n })),
    history: { lastAloneAtMs: null, paidBefore: PEOPLE, denials: 0, failuresInARow: 0 },
    spendable: [...ASSETS, WRAPPED_NATIVE_ASSET].map((asset) => ({ asset, amount: MAX_AMOUNT * 1_000n })),
    simulation: null,
    ownerConsents: false,
    delayServed: false,
    nowMs: NOW_MS,
    chainTimeMs: NOW_MS,
    ...change,
  };
}

const moved = fc.array(fc.record({ asset: fc.constantFrom(...ASSETS), amount: arbitraryAmount }), { maxLength: 2 });
/** A report of anything. */
export const arbitrarySimulation: fc.Arbitrary<SimulationReport> = fc
  .record({
    fails: fc.nat({ max: 9 }),
    unitsConsumed: fc.bigInt({ min: 0n, max: 1_400_000n }),
    slot: fc.bigInt({ min: 0n, max: 2n ** 40n }),
    vaultOutflows: moved,
    vaultInflows: moved,
    leavesTooLittle: fc.integer({ min: 0, max: 9 }).map((draw) => draw === 0),
    feeAccountOutflowLamports: fc.oneof(fc.constant(10_000n), arbitraryAmount),
    authorityChanges: fc.oneof({ weight: 9, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.constant([WALLET.vault]) }),
    programs: fc.subarray([PROGRAM, STRANGER]),
    innerEffects: fc.array(arbitraryEffect, { maxLength: 2 }),
  })
  .map(({ fails, ...report }) => ({ ...report, succeeded: fails > 0, problem: fails > 0 ? null : 'custom program error 0x1' }));

/** A report that agrees with the effects; a called program takes and brings something besides. */
function agreeing(effects: readonly Effect[], traded: SimulationReport): SimulationReport {
  const calls = effects.some(({ kind }) => kind === 'program_call');
  const left = effects.flatMap((effect) => (effect.kind === 'asset_outflow' ? [{ asset: effect.asset, amount: effect.amount }] : []));
  const paid = effects.reduce((sum, effect) => (effect.kind === 'fee' ? sum + effect.amountLamports : sum), 0n);
  return {
    ...traded,
    succeeded: true,
    problem: null,
    vaultOutflows: calls ? [...left, ...traded.vaultOutflows] : left,
    vaultInflows: calls ? traded.vaultInflows : [],
    leavesTooLittle: false,
    feeAccountOutflowLamports: paid,
    authorityChanges: [],
    innerEffects: [],
  };
}

const arbitraryUsed = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0n) },
  { weight: 2, arbitrary: fc.bigInt({ min: 0n, max: 1_500n }) },
  { weight: 1, arbitrary: arbitraryAmount },
);

/** What of usage grows with the length of the window, as it does in the world: one amount for each length and meter, summed. */
export const arbitraryUsage: fc.Arbitrary<(windows: ReturnType<typeof meterWindows>) => DecisionFacts['usage']> = fc
  .array(fc.tuple(arbitraryUsed, arbitraryUsed), { minLength: 8, maxLength: 8 })
  .map(
    (draws) => (windows) =>
      windows.map((window) => {
        const rank = [...window.meter].reduce((sum, character) => sum + character.charCodeAt(0), 0);
        const used = [60, 3_600, 86_400, 604_800, 2_592_000, 31_536_000]
          .filter((seconds) => seconds <= window.seconds)
          .map((seconds) => draws[(rank + (seconds % 7)) % draws.length] ?? ([0n, 0n] as const));
        const sum = (which: 0 | 1): bigint => used.reduce((total, pair) => total + pair[which], 0n);
        const small = window.meter.startsWith('asset') || window.meter.startsWith('to') || window.meter === 'fees' ? 1n : 400n;
        return { ...window, alone: sum(0) / small, total: sum(0) / small + sum(1) / small };
      }),
  );

type UsageOf = (windows: ReturnType<typeof meterWindows>) => DecisionFacts['usage'];

/** Facts around a policy and effects: past, clocks, balances and consent anything that the type allows, mostly such that something is allowed. */
export function arbitraryFactsOf(
  policies: fc.Arbitrary<AgentPolicy>,
  messageFor: (policy: AgentPolicy) => fc.Arbitrary<readonly Effect[]>,
): fc.Arbitrary<DecisionFacts> {
  const mostly = <T>(usual: T, seldom: fc.Arbitrary<T>): fc.Arbitrary<T> =>
    fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: seldom });
  const past = fc.record({
    usage: fc.oneof({ weight: 2, arbitrary: fc.constant<UsageOf | null>(null) }, { weight: 1, arbitrary: arbitraryUsage }),
    history: fc.record({
      lastAloneAtMs: mostly<number | null>(null, fc.integer({ min: NOW_MS - 200_000_000, max: NOW_MS })),
      paidBefore: fc.oneof({ weight: 3, arbitrary: fc.constant([...PEOPLE]) }, { weight: 1, arbitrary: fc.subarray([...PEOPLE]) }),
      denials: mostly(0, fc.nat({ max: 10 })),
      failuresInARow: mostly(0, fc.nat({ max: 6 })),
    }),
    walletState: mostly<WalletState>('active', fc.constantFrom<WalletState>('creating', 'frozen', 'failed')),
    simulated: fc.constantFrom('no', 'no', 'agreeing', 'agreeing', 'agreeing', 'anything'),
    simulation: arbitrarySimulation,
    ownerConsents: fc.boolean(),
    delayServed: fc.boolean(),
    nowMs: fc.oneof(fc.constant(NOW_MS), fc.integer({ min: NOW_MS - 700_000_000, max: NOW_MS + 700_000_000 })),
    skewMs: mostly(0, fc.constantFrom(120_000, -120_000, 120_001, -120_001)),
  });
  return policies
    .chain((policy) => fc.tuple(fc.constant(policy), messageFor(policy), past))
    .map(([policy, effects, { usage, simulated, simulation, nowMs, skewMs, ...rest }]) => {
      const windows = meterWindows(policy, WALLET, effects);
      return calmFacts(policy, effects, {
        ...rest,
        ...(usage === null ? {} : { usage: usage(windows) }),
        simulation: simulated === 'no' ? null : simulated === 'agreeing' ? agreeing(effects, simulation) : simulation,
        nowMs,
        chainTimeMs: nowMs + skewMs,
      });
    });
}

/** Any policy, any message. */
export const arbitraryFacts: fc.Arbitrary<DecisionFacts> = arbitraryFactsOf(arbitraryPolicy, arbitraryMessageFor);
