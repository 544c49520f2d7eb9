import { describe, expect, test } from 'vitest';
import { WRAPPED_NATIVE_ASSET } from '../asset.ts';
import { aPolicy, call, facts, MERCHANT, OWN_TOKEN_ACCOUNT, outcomes, outflow, simulation, USDC } from '../test-support/decision-facts.ts';

const rule = 'listed-assets';

describe('listed-assets', () => {
  test('a listed asset', () => expect(outcomes(rule, facts([outflow(1n)]))).toEqual([]));
  test('wrapped SOL is SOL', () => expect(outcomes(rule, facts([outflow(1n, { asset: WRAPPED_NATIVE_ASSET })]))).toEqual([]));
  test('an unlisted asset, named once', () =>
    expect(outcomes(rule, facts([outflow(1n, { asset: USDC }), outflow(2n, { asset: USDC })]))).toEqual(['denied']));
  test('an empty list allows nothing', () => expect(outcomes(rule, facts([outflow(1n)], aPolicy({ assets: [] })))).toEqual(['denied']));
  test('what a delegate may take', () => {
    const effect = {
      kind: 'delegate_approval',
      instruction: 0,
      asset: USDC,
      amount: 1n,
      account: OWN_TOKEN_ACCOUNT,
      delegate: MERCHANT,
    } as const;
    expect(outcomes(rule, facts([effect]))).toEqual(['denied']);
  });
  test('what a call lets out in the simulation', () => {
    const report = simulation({ vaultOutflows: [{ asset: USDC, amount: 1n }] });
    expect(outcomes(rule, facts([call()], aPolicy(), { simulation: report }))).toEqual(['denied']);
  });
});
