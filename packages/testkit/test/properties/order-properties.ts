import type { AssetOutflow, DecisionFacts, Effect } from '@countersign/core';
import fc from 'fast-check';
import { arbitraryCalmPolicy, arbitraryFacts, arbitraryFactsOf, arbitraryPaymentFor } from '../../src/arbitraries/index.ts';
import { type Evaluate, RANK } from './evaluate.ts';

const facts: fc.Arbitrary<DecisionFacts> = fc.oneof(arbitraryFacts, arbitraryFactsOf(arbitraryCalmPolicy, arbitraryPaymentFor));

export function orderChangesNothing(evaluate: Evaluate): fc.IProperty<[DecisionFacts, number]> {
  return fc.property(facts, fc.nat(), (given, seed) => {
    const effects = shuffled(given.effects, seed);
    return evaluate({ ...given, effects }).verdict === evaluate(given).verdict;
  });
}

/** Each outflow in pieces: not one of them may be allowed more than the whole. */
export function splittingNeverMore(evaluate: Evaluate): fc.IProperty<[DecisionFacts, number]> {
  return fc.property(facts, fc.integer({ min: 2, max: 5 }), (given, pieces) => {
    const effects = given.effects.flatMap((effect): readonly Effect[] =>
      effect.kind === 'asset_outflow' ? split(effect, pieces) : [effect],
    );
    return RANK[evaluate({ ...given, effects }).verdict] >= RANK[evaluate(given).verdict];
  });
}

/** Outflows of one kind to one place as one: nor may the whole be allowed more than its pieces. */
export function mergingNeverMore(evaluate: Evaluate): fc.IProperty<[DecisionFacts]> {
  return fc.property(facts, (given) => {
    const merged: Effect[] = [];
    for (const effect of given.effects) {
      const at = effect.kind === 'asset_outflow' ? merged.findIndex((each) => each.kind === 'asset_outflow' && alike(each, effect)) : -1;
      const known = merged[at];
      if (effect.kind === 'asset_outflow' && known?.kind === 'asset_outflow')
        merged[at] = { ...known, amount: known.amount + effect.amount };
      else merged.push(effect);
    }
    return RANK[evaluate({ ...given, effects: merged }).verdict] >= RANK[evaluate(given).verdict];
  });
}

function split(effect: AssetOutflow, pieces: number): readonly AssetOutflow[] {
  const share = effect.amount / BigInt(pieces);
  return Array.from({ length: pieces }, (_, index) => ({
    ...effect,
    amount: index === 0 ? effect.amount - share * BigInt(pieces - 1) : share,
  }));
}

function alike(one: AssetOutflow, other: AssetOutflow): boolean {
  return (
    one.asset === other.asset &&
    one.source === other.source &&
    one.destination === other.destination &&
    one.spendingLimit === other.spendingLimit &&
    one.hazards.join() === other.hazards.join()
  );
}

function shuffled<T>(list: readonly T[], seed: number): readonly T[] {
  const left = [...list];
  const out: T[] = [];
  for (let state = seed; left.length > 0; state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0)
    out.push(...left.splice(state % left.length, 1));
  return out;
}
