import { type AssetOutflow, type DecisionFacts, decide } from '@countersign/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flowsOf } from '../../../core/src/domain/flows.ts';
import { RULES } from '../../../core/src/domain/rules/index.ts';
import type { RuleInput } from '../../../core/src/domain/rules/rule.ts';
import { consentNeverLiftsDenial, unknownUsageNothing, whatNobodyPermitsNothing } from './deny-properties.ts';
import { type Evaluate, evaluateWith, rulesBut } from './evaluate.ts';
import { orderChangesNothing, splittingNeverMore } from './order-properties.ts';
import { asTheModelSays, windowsNeverOverrun } from './sequence-properties.ts';
import { tighterNeverMore } from './tightening-properties.ts';

/** Judged with the effects changed, and what is summed from them. */
const withEffects = (input: RuleInput, effects: RuleInput['effects']): RuleInput => ({
  ...input,
  effects,
  flows: flowsOf(effects, input.simulation, input.addresses.vault),
});
const outflowsOf = (input: RuleInput): readonly AssetOutflow[] => input.effects.filter((effect) => effect.kind === 'asset_outflow');

type Check = (evaluate: Evaluate) => fc.IProperty<[never]>;
const check = (property: (evaluate: Evaluate) => unknown): Check => property as Check;

/** Bugs that a careful reader may miss, and the property that must find each. */
const MUTATIONS: readonly (readonly [bug: string, evaluate: Evaluate, property: Check])[] = [
  ['no rolling windows of amounts', evaluateWith(rulesBut('amount-per-window', null)), check(windowsNeverOverrun)],
  ['no windows of groups', evaluateWith(rulesBut('group-per-window', null)), check(windowsNeverOverrun)],
  [
    'a window that lets one base unit more through (>= for >)',
    evaluateWith(
      rulesBut(
        'amount-per-window',
        (rule) => (input) => rule.judge({ ...input, windows: input.windows.map((window) => ({ ...window, asked: window.asked - 1n })) }),
      ),
    ),
    check(windowsNeverOverrun),
  ],
  [
    'what was countersigned does not count towards the ceiling',
    evaluateWith(
      rulesBut(
        'amount-per-window',
        (rule) => (input) =>
          rule.judge({
            ...input,
            windows: input.windows.map((window) => ({ ...window, used: window.used && { ...window.used, total: window.used.alone } })),
          }),
      ),
    ),
    check(windowsNeverOverrun),
  ],
  [
    'every window is taken for an empty one',
    evaluateWith(
      rulesBut(
        'amount-per-window',
        (rule) => (input) =>
          rule.judge({ ...input, windows: input.windows.map((window) => ({ ...window, used: { alone: 0n, total: 0n } })) }),
      ),
    ),
    check(windowsNeverOverrun),
  ],
  [
    'the limit of a transaction is judged outflow by outflow',
    evaluateWith(
      rulesBut(
        'amount-per-transaction',
        (rule) => (input) => outflowsOf(input).flatMap((effect) => rule.judge(withEffects(input, [effect]))),
      ),
    ),
    check(splittingNeverMore),
  ],
  [
    'only the first outflow is held against the list of recipients',
    evaluateWith(rulesBut('listed-recipients', (rule) => (input) => rule.judge({ ...input, effects: outflowsOf(input).slice(0, 1) }))),
    check(orderChangesNothing),
  ],
  [
    'an unknown effect is skipped',
    evaluateWith(
      rulesBut(
        'permitted-effects',
        (rule) => (input) => rule.judge({ ...input, effects: input.effects.filter(({ kind }) => kind !== 'unknown') }),
      ),
    ),
    check(whatNobodyPermitsNothing),
  ],
  [
    'a window that could not be read is skipped',
    evaluateWith(
      RULES.map((rule) => ({
        ...rule,
        judge: (input) => rule.judge({ ...input, windows: input.windows.filter(({ used }) => used !== null) }),
      })),
    ),
    check(unknownUsageNothing),
  ],
  [
    "the owner's signature lifts the ceiling",
    evaluateWith(
      rulesBut(
        'amount-per-transaction',
        (rule) => (input) => rule.judge(input).filter(({ outcome }) => outcome !== 'denied' || !input.ownerConsents),
      ),
    ),
    check(consentNeverLiftsDenial),
  ],
  [
    'where a delay exists, nothing above it needs the owner',
    (facts: DecisionFacts) => {
      const { verdict, objections } = decide(facts);
      const delayed = facts.policy?.rules.assets.some(({ perTransaction }) => perTransaction.delayed !== null) ?? false;
      return {
        verdict:
          verdict === 'needs_owner' && delayed && objections.every(({ rule }) => rule === 'amount-per-transaction')
            ? 'needs_delay'
            : verdict,
      };
    },
    check(asTheModelSays),
  ],
  [
    'a policy with a cooldown forgets the limits of a transaction',
    (facts: DecisionFacts) =>
      evaluateWith(facts.policy?.rules.cooldownSeconds == null ? RULES : rulesBut('amount-per-transaction', null))(facts),
    check(tighterNeverMore),
  ],
];

describe('planted bugs are found', () => {
  test.each(MUTATIONS)('%s', (_bug, evaluate, property) => {
    const run = fc.check(property(evaluate), { numRuns: 20_000, endOnFailure: true });
    expect(run.failed).toBe(true);
    expect(run.counterexample).not.toBeNull();
  });
  test.each([...new Set(MUTATIONS.map(([, , property]) => property))].map((property, index) => [index, property] as const))(
    'and nothing is found without one (%i)',
    (_index, property) => {
      expect(fc.check(property(decide), { numRuns: 500 }).failed).toBe(false);
    },
  );
});
