import { describe, expect, test } from 'vitest';
import type { AssetGroup } from '../agent-policy.ts';
import { NATIVE_ASSET, WRAPPED_NATIVE_ASSET } from '../asset.ts';
import { decide } from '../decide.ts';
import { assetMeter } from '../meter.ts';
import { aPolicy, assetRule, EURC, facts, outcomes, outflow, USDC, usage } from '../test-support/decision-facts.ts';

const rule = 'group-per-window';
const wide = {
  perTransaction: { autonomous: 10n ** 9n, ceiling: 10n ** 9n, delayed: null },
  windows: [{ seconds: 60, autonomous: 10n ** 9n, ceiling: 10n ** 9n }],
};
const group = (patch: Partial<AssetGroup> = {}): AssetGroup => ({
  name: 'dollars',
  scope: 'wallet',
  members: [
    { asset: NATIVE_ASSET, weight: 150n },
    { asset: USDC, weight: 1n },
  ],
  windows: [{ seconds: 3_600, autonomous: 15_000n, ceiling: 30_000n }],
  ...patch,
});
const policy = (patch: Partial<AssetGroup> = {}) =>
  aPolicy({ assets: [NATIVE_ASSET, USDC, EURC].map((asset) => assetRule(asset, wide)), groups: [group(patch)] });
const used =
  (sol: bigint, usdc: bigint, scope: 'wallet' | 'owner' = 'wallet') =>
  (effects: Parameters<typeof usage>[0]) =>
    usage(effects, policy({ scope }), 0n).map((each) => {
      const amount = each.seconds !== 3_600 ? 0n : each.meter === assetMeter(NATIVE_ASSET) ? sol : usdc;
      return { ...each, alone: amount, total: amount };
    });

describe('group-per-window (INVARIANT I4)', () => {
  test.each([
    ['one under', [outflow(99n), outflow(149n, { asset: USDC })], []],
    ['exactly', [outflow(99n), outflow(150n, { asset: USDC })], []],
    ['one over', [outflow(99n), outflow(151n, { asset: USDC })], ['needs_owner']],
    ['the ceiling exactly', [outflow(200n)], ['needs_owner']],
    ['one over the ceiling', [outflow(200n), outflow(1n, { asset: USDC })], ['denied']],
    ['wrapped SOL weighs as SOL', [outflow(101n, { asset: WRAPPED_NATIVE_ASSET })], ['needs_owner']],
    ['an asset outside the group', [outflow(10n ** 8n, { asset: EURC })], []],
  ] as const)('%s', (_name, effects, expected) => expect(outcomes(rule, facts(effects, policy()))).toEqual(expected));
  test('what was used in other members counts, even where they do not move now', () => {
    const effects = [outflow(1n)];
    expect(outcomes(rule, facts(effects, policy(), { usage: used(0n, 14_850n)(effects) }))).toEqual([]);
    expect(outcomes(rule, facts(effects, policy(), { usage: used(0n, 14_851n)(effects) }))).toEqual(['needs_owner']);
  });
  test('what was countersigned counts towards the ceiling, by weight', () => {
    const effects = [outflow(1n)];
    const after = (sol: bigint) =>
      usage(effects, policy()).map((each) =>
        each.seconds === 3_600 && each.meter === assetMeter(NATIVE_ASSET) ? { ...each, alone: 0n, total: sol } : each,
      );
    expect(outcomes(rule, facts(effects, policy(), { usage: after(199n) }))).toEqual([]);
    expect(outcomes(rule, facts(effects, policy(), { usage: after(200n) }))).toEqual(['denied']);
  });
  test('a group of the owner counts usage of the owner only', () => {
    const effects = [outflow(1n)];
    const shared = policy({ scope: 'owner' });
    expect(outcomes(rule, facts(effects, shared, { usage: used(0n, 14_851n, 'owner')(effects) }))).toEqual(['needs_owner']);
    expect(
      outcomes(rule, facts(effects, shared, { usage: used(0n, 0n, 'wallet')(effects).filter(({ scope }) => scope === 'wallet') })),
    ).toEqual(['denied']);
  });
  test('a member whose usage was not read is a denial (INVARIANT I5)', () => {
    const effects = [outflow(1n)];
    const read = usage(effects, policy()).filter(({ meter }) => meter !== assetMeter(USDC));
    expect(outcomes(rule, facts(effects, policy(), { usage: read }))).toEqual(['denied']);
  });
  test('sums far beyond 2^64', () => {
    const most = 2n ** 64n - 1n;
    const heavy = policy({
      members: [{ asset: NATIVE_ASSET, weight: 10n ** 18n }],
      windows: [{ seconds: 3_600, autonomous: 10n ** 37n, ceiling: 10n ** 37n }],
    });
    expect(outcomes(rule, facts([outflow(most)], heavy))).toEqual(['denied']);
  });
  test('the budget line names the terms', () => {
    expect(decide(facts([outflow(2n)], policy())).budgets.find(({ of }) => of === 'group dollars')).toMatchObject({
      asked: 300n,
      scope: 'wallet',
      terms: [
        { meter: 'asset/SOL', weight: 150n },
        { meter: `asset/${USDC}`, weight: 1n },
      ],
    });
  });
});
