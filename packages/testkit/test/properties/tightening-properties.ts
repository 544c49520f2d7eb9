import { type AgentPolicy, type DecisionFacts, meterWindows } from '@countersign/core';
import fc from 'fast-check';
import {
  arbitraryCalmPolicy,
  arbitraryFactsOf,
  arbitraryMessageFor,
  arbitraryPolicy,
  arbitraryTightening,
  arbitraryUsage,
  type Tightening,
  WALLET,
} from '../../src/arbitraries/index.ts';
import { type Evaluate, RANK } from './evaluate.ts';

type UsageOf = (windows: ReturnType<typeof meterWindows>) => DecisionFacts['usage'];

const usages: fc.Arbitrary<UsageOf> = fc.oneof(
  fc.constant<UsageOf>((windows) => windows.map((window) => ({ ...window, alone: 0n, total: 0n }))),
  arbitraryUsage,
);

/** A tightened policy allows a subset, at the same facts, over the windows of both. */
export function tighterNeverMore(evaluate: Evaluate): fc.IProperty<[DecisionFacts, Tightening, UsageOf]> {
  const given = arbitraryFactsOf(fc.oneof(arbitraryPolicy, arbitraryCalmPolicy), arbitraryMessageFor);
  return fc.property(given, arbitraryTightening, usages, (facts, { tighten }, usageOf) => {
    const { policy, effects } = facts;
    fc.pre(policy !== null);
    const tighter = tighten(policy.rules);
    const usage = usageOf([...meterWindows(policy.rules, WALLET, effects), ...meterWindows(tighter, WALLET, effects)]);
    const verdict = (rules: AgentPolicy): number => RANK[evaluate({ ...facts, usage, policy: { ...policy, rules } }).verdict];
    return verdict(tighter) >= verdict(policy.rules);
  });
}
