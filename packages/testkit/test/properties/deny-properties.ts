import type { DecisionFacts, Effect } from '@countersign/core';
import fc from 'fast-check';
import {
  arbitraryEffect,
  arbitraryFacts,
  arbitraryFactsOf,
  arbitraryPaymentFor,
  arbitraryPolicy,
  BEAN,
  outflowOf,
  STRANGER,
} from '../../src/arbitraries/index.ts';
import type { Evaluate } from './evaluate.ts';

const denied = (evaluate: Evaluate, facts: DecisionFacts): boolean => evaluate(facts).verdict === 'denied';

export function withoutPolicyNothing(evaluate: Evaluate): fc.IProperty<[DecisionFacts]> {
  return fc.property(arbitraryFacts, (facts) => denied(evaluate, { ...facts, policy: null }));
}

export function withEmptyListsNothing(evaluate: Evaluate): fc.IProperty<[DecisionFacts, boolean]> {
  return fc.property(arbitraryFactsOf(arbitraryPolicy, arbitraryPaymentFor), fc.boolean(), (facts, noAssets) => {
    const { policy, effects } = facts;
    fc.pre(policy !== null && effects.some((effect) => effect.kind === 'asset_outflow' && effect.amount > 0n));
    const rules = noAssets ? { ...policy.rules, assets: [] } : { ...policy.rules, recipients: [], otherRecipients: 'denied' as const };
    return denied(evaluate, { ...facts, policy: { ...policy, rules } });
  });
}

/** Effects that nobody's signature makes good, wherever they stand among others. */
const FORBIDDEN: readonly Effect[] = [
  { kind: 'unknown', instruction: 1, program: null, reason: 'an unknown discriminator' },
  { kind: 'unknown', instruction: null, program: STRANGER, reason: 'trailing bytes' },
  { kind: 'authority_change', instruction: 1, account: STRANGER, authority: 'account owner', to: STRANGER },
  { kind: 'burn', instruction: 1, asset: BEAN, amount: 1n, account: STRANGER },
  { kind: 'foreign', instruction: 1, program: STRANGER, what: 'something' },
  { kind: 'account_closing', instruction: 1, account: STRANGER, destination: STRANGER, amountLamports: 1n },
  { kind: 'delegate_approval', instruction: 1, asset: BEAN, amount: 1n, account: STRANGER, delegate: STRANGER },
  { kind: 'program_call', instruction: 1, program: STRANGER, data: 'aa', accounts: [] },
  { kind: 'governance', instruction: 1, wallet: STRANGER, action: 'approve', member: null, index: 1n },
  { kind: 'set_everything', instruction: 1 } as unknown as Effect,
  outflowOf({ asset: BEAN, amount: 1n, source: STRANGER }),
  outflowOf({ asset: BEAN, amount: 1n, destination: null }),
  outflowOf({ asset: BEAN, amount: -1n }),
  outflowOf({ asset: BEAN, amount: 1n, hazards: ['a transfer fee is taken'] }),
];

export function whatNobodyPermitsNothing(evaluate: Evaluate): fc.IProperty<[DecisionFacts, Effect, number]> {
  return fc.property(arbitraryFacts, fc.constantFrom(...FORBIDDEN), fc.nat({ max: 4 }), (facts, effect, at) => {
    const effects = [...facts.effects.slice(0, at), effect, ...facts.effects.slice(at)];
    return denied(evaluate, { ...facts, effects });
  });
}

/** A payment that counts in a window whose usage is missing, negative or contradictory is denied, whoever signs. */
export function unknownUsageNothing(evaluate: Evaluate): fc.IProperty<[DecisionFacts, number, number]> {
  return fc.property(arbitraryFactsOf(arbitraryPolicy, arbitraryPaymentFor), fc.nat(), fc.nat({ max: 2 }), (facts, at, how) => {
    const index = at % Math.max(1, facts.usage.length);
    const lost = facts.usage[index];
    fc.pre(
      lost?.meter.startsWith('asset/') === true && facts.effects.every((effect) => effect.kind !== 'asset_outflow' || effect.amount > 0n),
    );
    if (lost === undefined) return true;
    const instead = [[], [{ ...lost, alone: -1n }], [{ ...lost, total: lost.alone - 1n }]][how] ?? [];
    return denied(evaluate, { ...facts, usage: facts.usage.flatMap((each, position) => (position === index ? instead : [each])) });
  });
}

/** A further effect may make less allowed, never more; `decide` denies a message that does nothing, so there must be something to begin with. */
export function anotherEffectNeverMore(
  evaluate: Evaluate,
  rank: { readonly [verdict: string]: number },
): fc.IProperty<[DecisionFacts, Effect]> {
  return fc.property(arbitraryFacts, arbitraryEffect, (facts, more) => {
    fc.pre(facts.effects.some(({ kind }) => kind !== 'fee' && kind !== 'memo'));
    const before = rank[evaluate(facts).verdict] ?? 0;
    return (rank[evaluate({ ...facts, effects: [...facts.effects, more] }).verdict] ?? 0) >= before;
  });
}

/**
 * What is denied stays denied when the owner signs. Left out: steps of a proposal, which are there only when the owner signs; and the
 * cooldown, which by docs/spec/policy.md holds for what the agent does alone.
 */
export function consentNeverLiftsDenial(evaluate: Evaluate): fc.IProperty<[DecisionFacts]> {
  return fc.property(arbitraryFacts, (facts) => {
    const { policy } = facts;
    fc.pre(policy !== null && facts.effects.every(({ kind }) => kind !== 'governance'));
    const alone = { ...facts, policy: { ...policy, rules: { ...policy.rules, cooldownSeconds: null } }, ownerConsents: false };
    return !denied(evaluate, alone) || denied(evaluate, { ...alone, ownerConsents: true });
  });
}
