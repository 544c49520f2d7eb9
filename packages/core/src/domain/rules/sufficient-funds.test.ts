import { describe, expect, test } from 'vitest';
import { NATIVE_ASSET, WRAPPED_NATIVE_ASSET } from '../asset.ts';
import { ADDRESSES, aPolicy, facts, OWN_TOKEN_ACCOUNT, outcomes, outflow, simulation } from '../test-support/decision-facts.ts';

const rule = 'sufficient-funds';
const having = (amount: bigint) => ({ spendable: [{ asset: NATIVE_ASSET, amount }] });

describe('sufficient-funds', () => {
  test.each([
    [101n, []],
    [100n, []],
    [99n, ['denied']],
  ] as const)('100 out of %i', (balance, expected) => {
    expect(outcomes(rule, facts([outflow(100n)], aPolicy(), having(balance)))).toEqual(expected);
    expect(outcomes(rule, facts([outflow(60n), outflow(40n)], aPolicy(), having(balance)))).toEqual(expected);
  });
  test('an unknown balance needs a simulation (INVARIANT I5)', () => {
    expect(outcomes(rule, facts([outflow(1n)], aPolicy(), { spendable: [] }))).toEqual(['denied']);
    expect(outcomes(rule, facts([outflow(1n)], aPolicy(), { spendable: [], simulation: simulation() }))).toEqual([]);
  });
  test('what the message wraps first can be paid', () => {
    const wrap = {
      kind: 'own_move',
      instruction: 0,
      asset: NATIVE_ASSET,
      amount: 5n,
      from: ADDRESSES.vault,
      to: OWN_TOKEN_ACCOUNT,
    } as const;
    const patch = { spendable: [{ asset: WRAPPED_NATIVE_ASSET, amount: 1n }] };
    expect(outcomes(rule, facts([wrap, outflow(6n, { asset: WRAPPED_NATIVE_ASSET })], aPolicy(), patch))).toEqual([]);
    expect(outcomes(rule, facts([wrap, outflow(7n, { asset: WRAPPED_NATIVE_ASSET })], aPolicy(), patch))).toEqual(['denied']);
  });
});
