import { describe, expect, test } from 'vitest';
import { NATIVE_ASSET, WRAPPED_NATIVE_ASSET } from '../asset.ts';
import { decide } from '../decide.ts';
import {
  aPolicy,
  assetRule,
  call,
  facts,
  objectionsOf,
  outcomes,
  outflow,
  simulation,
  USDC,
  usage,
} from '../test-support/decision-facts.ts';

const rule = 'amount-per-window';
const policy = aPolicy();
const after = (amount: bigint, alone: bigint, total = alone, patch: object = {}) => {
  const effects = [outflow(amount)];
  return facts(effects, policy, { usage: usage(effects, policy, alone, total), ...patch });
};

describe('amount-per-window (INVARIANT I4)', () => {
  test.each([
    ['one unit under', 99n, 400n, 400n, []],
    ['the rest exactly', 100n, 400n, 400n, []],
    ['one unit over', 100n, 401n, 401n, ['needs_owner']],
    ['the rest of the ceiling exactly', 100n, 0n, 4_900n, []],
    ['one unit over the ceiling', 100n, 0n, 4_901n, ['denied']],
    ['both used up: the ceiling denies', 100n, 401n, 4_901n, ['denied']],
    ['more used than a tightened policy allows', 1n, 10_000n, 10_000n, ['denied']],
  ] as const)('%s', (_name, amount, alone, total, expected) => expect(outcomes(rule, after(amount, alone, total))).toEqual(expected));
  test('with the owner only the ceiling holds', () => {
    expect(decide(after(100n, 500n, 4_900n, { ownerConsents: true }))).toMatchObject({ verdict: 'allowed', route: 'countersigned' });
    expect(decide(after(100n, 500n, 4_901n, { ownerConsents: true })).verdict).toBe('denied');
  });
  test.each([
    ['nothing', []],
    ['another length', usage([outflow(1n)], policy).map((each) => ({ ...each, seconds: 60 }))],
    ['another scope', usage([outflow(1n)], policy).map((each) => ({ ...each, scope: 'owner' as const }))],
    ['less than nothing', usage([outflow(1n)], policy, -1n, 0n)],
    ['more alone than in all', usage([outflow(1n)], policy, 2n, 1n)],
  ])('usage that was not read is a denial (INVARIANT I5): %s', (_name, read) =>
    expect(outcomes(rule, facts([outflow(1n)], policy, { usage: read }))).toEqual(['denied']),
  );
  test('SOL and wrapped SOL are one budget', () => {
    const effects = [outflow(50n), outflow(50n, { asset: WRAPPED_NATIVE_ASSET })];
    expect(outcomes(rule, facts(effects, policy, { usage: usage(effects, policy, 401n) }))).toEqual(['needs_owner']);
  });
  test('every window is judged', () => {
    const lengths = [60, 3_600, 86_400];
    const windows = lengths.map((seconds) => ({ seconds, autonomous: 10n, ceiling: 20n }));
    const strict = aPolicy({ assets: [assetRule(NATIVE_ASSET, { windows })] });
    expect(objectionsOf(rule, facts([outflow(11n)], strict)).map(({ details }) => details['windowSeconds'])).toEqual(lengths);
  });
  test('what a call lets out counts', () => {
    const trading = aPolicy({ assets: [assetRule(NATIVE_ASSET), assetRule(USDC)] });
    const report = simulation({ vaultOutflows: [{ asset: USDC, amount: 100n }] });
    const given = (total: bigint) =>
      facts([call()], trading, { simulation: report, usage: usage([call()], trading, 0n, total), ownerConsents: true });
    expect(outcomes(rule, given(4_900n))).toEqual([]);
    expect(outcomes(rule, given(4_901n))).toEqual(['denied']);
  });
  test('the objection says what is left, and finds its budget line', () => {
    const decision = decide(after(100n, 401n));
    const [found] = decision.objections;
    expect(found?.details).toMatchObject({
      of: 'SOL',
      windowSeconds: 86_400,
      scope: 'wallet',
      limitKind: 'autonomous',
      asked: '100',
      limit: '500',
      remaining: '99',
    });
    expect(decision.budgets.find(({ of, limitKind }) => of === 'SOL' && limitKind === 'autonomous')).toMatchObject({
      remaining: 99n,
      asked: 100n,
    });
  });
});
