import { describe, expect, test } from 'vitest';
import type { Effect } from '../effect.ts';
import { ADDRESSES, facts, fee, MERCHANT, outcomes, outflow } from '../test-support/decision-facts.ts';

const rule = 'fee-cap';
const rent = (maximumRentLamports: bigint): Effect => ({
  kind: 'account_creation',
  instruction: 0,
  account: MERCHANT,
  payer: ADDRESSES.feeAccount,
  owner: MERCHANT,
  what: 'x',
  maximumRentLamports,
});

describe('fee-cap', () => {
  test.each([
    ['the fee under its cap', [fee(9_999n)], []],
    ['the fee at its cap', [fee(10_000n)], []],
    ['the fee over its cap', [fee(10_001n)], ['denied']],
    ['fees that add up', [fee(5_000n), fee(5_001n)], ['denied']],
    ['rent at its cap', [rent(2_039_280n)], []],
    ['rent over its cap', [rent(2_039_281n)], ['denied']],
    ['rent of many accounts', [rent(2_039_280n), rent(1n)], ['denied']],
    ['both', [fee(10_001n), rent(2_039_281n)], ['denied', 'denied']],
  ] as const)('%s', (_name, effects, expected) => expect(outcomes(rule, facts([outflow(1n), ...effects]))).toEqual(expected));
});
