import { type Decision, type DecisionFacts, decide, type Objection } from '@countersign/core';
import { flowsOf } from '../../../core/src/domain/flows.ts';
import { indexOf } from '../../../core/src/domain/policy-index.ts';
import { RULES } from '../../../core/src/domain/rules/index.ts';
import type { Rule } from '../../../core/src/domain/rules/rule.ts';
import { usedWindows } from '../../../core/src/domain/used-windows.ts';
import { askedWindows } from '../../../core/src/domain/window-limits.ts';

export type Verdict = Decision['verdict'];
/** What a property asks: the real `decide`, or one with a planted bug. */
export type Evaluate = (facts: DecisionFacts) => { readonly verdict: Verdict };
export const REAL: Evaluate = decide;

/** How much is allowed; more is less. */
export const RANK: { readonly [Name in Verdict]: number } = { allowed: 0, needs_delay: 1, needs_owner: 2, denied: 3 };

/** At least this many runs for each property. */
export const RUNS: { readonly numRuns: number } = { numRuns: 500 };
export const MANY: { readonly numRuns: number } = { numRuns: 1_000 };

/** `decide` over other rules, written again: what they object to, combined by maximum; consent and a served delay meet what they can. */
export function evaluateWith(rules: readonly Rule[]): Evaluate {
  return (facts) => {
    if (facts.policy === null) return { verdict: 'denied' };
    const index = indexOf(facts.policy.rules, facts.addresses.owner);
    const flows = flowsOf(facts.effects, facts.simulation, facts.addresses.vault);
    const windows = usedWindows(askedWindows(index, flows), facts.usage);
    const objections = rules.flatMap((rule) => rule.judge({ ...facts, rules: index.policy, index, flows, windows }));
    const has = (outcome: Objection['outcome']): boolean => objections.some((objection) => objection.outcome === outcome);
    if (has('denied')) return { verdict: 'denied' };
    if (facts.ownerConsents) return { verdict: 'allowed' };
    if (has('needs_owner')) return { verdict: 'needs_owner' };
    return { verdict: has('needs_delay') && !facts.delayServed ? 'needs_delay' : 'allowed' };
  };
}

/** All rules, with one of them replaced, or left out by `null`. */
export function rulesBut(name: string, judge: ((rule: Rule) => Rule['judge']) | null): readonly Rule[] {
  if (!RULES.some((rule) => rule.name === name)) throw new Error(`there is no rule ${name}`);
  return RULES.flatMap((rule) => (rule.name !== name ? [rule] : judge === null ? [] : [{ name, judge: judge(rule) }]));
}

/** JSON with whole numbers of any size, members in their order. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each));
}
