import { describe, expect, test } from 'vitest';
import { NATIVE_ASSET, WRAPPED_NATIVE_ASSET } from '../asset.ts';
import type { Effect } from '../effect.ts';
import {
  aPolicy,
  assetRule,
  call,
  facts,
  MERCHANT,
  OWN_TOKEN_ACCOUNT,
  outcomes,
  outflow,
  simulation,
} from '../test-support/decision-facts.ts';

const rule = 'amount-per-transaction';
const steps = aPolicy({
  assets: [assetRule(NATIVE_ASSET, { perTransaction: { autonomous: 100n, ceiling: 1_000n, delayed: { upTo: 300n, delaySeconds: 600 } } })],
});

describe('amount-per-transaction', () => {
  test.each([
    [99n, []],
    [100n, []],
    [101n, ['needs_owner']],
    [1_000n, ['needs_owner']],
    [1_001n, ['denied']],
    [2n ** 64n - 1n, ['denied']],
  ] as const)('%i of 100 and 1,000', (amount, expected) => expect(outcomes(rule, facts([outflow(amount)]))).toEqual(expected));
  test.each([
    [100n, []],
    [101n, ['needs_delay']],
    [300n, ['needs_delay']],
    [301n, ['needs_owner']],
    [1_000n, ['needs_owner']],
    [1_001n, ['denied']],
  ] as const)('%i of 100, 300 after a delay, and 1,000', (amount, expected) =>
    expect(outcomes(rule, facts([outflow(amount)], steps))).toEqual(expected),
  );
  test.each([
    ['split over instructions', [outflow(51n), outflow(50n, { instruction: 1 })]],
    ['split over SOL and wrapped SOL', [outflow(51n), outflow(50n, { asset: WRAPPED_NATIVE_ASSET })]],
    ['hidden in an approval', [outflow(51n), approval(50n)]],
  ])('the sum counts: %s', (_name, effects) => expect(outcomes(rule, facts(effects))).toEqual(['needs_owner']));
  test('sums beyond 2^64 do not wrap round', () => {
    const most = 2n ** 64n - 1n;
    expect(outcomes(rule, facts([outflow(most), outflow(2n)]))).toEqual(['denied']);
  });
  test('of a call what the simulation saw counts, gross where inner instructions took more', () => {
    const at = (fell: bigint, taken: bigint) =>
      outcomes(
        rule,
        facts([call()], aPolicy(), {
          simulation: simulation({
            vaultOutflows: [{ asset: NATIVE_ASSET, amount: fell }],
            innerEffects: [outflow(taken, { spendingLimit: null })],
          }),
        }),
      );
    expect(at(1_000n, 0n)).toEqual(['needs_owner']);
    expect(at(1_001n, 0n)).toEqual(['denied']);
    expect(at(1n, 1_001n)).toEqual(['denied']);
  });
});

function approval(amount: bigint): Effect {
  return { kind: 'delegate_approval', instruction: 1, asset: NATIVE_ASSET, amount, account: OWN_TOKEN_ACCOUNT, delegate: MERCHANT };
}
