import { describe, expect, test } from 'vitest';
import type { Effect } from '../effect.ts';
import { FEES_METER } from '../meter.ts';
import { ADDRESSES, aPolicy, facts, fee, MERCHANT, outcomes, outflow, usage } from '../test-support/decision-facts.ts';

const rule = 'fees-per-window';
const policy = aPolicy({
  fees: { perTransactionLamports: 10_000n, rentPerTransactionLamports: 10_000n, windows: [{ seconds: 3_600, ceilingLamports: 30_000n }] },
});
const rent: Effect = {
  kind: 'account_creation',
  instruction: 0,
  account: MERCHANT,
  payer: ADDRESSES.feeAccount,
  owner: MERCHANT,
  what: 'x',
  maximumRentLamports: 5_000n,
};
const after = (total: bigint, patch: object = {}) => {
  const effects = [outflow(1n), fee(10_000n), rent];
  const read = usage(effects, policy).map((each) => (each.meter === FEES_METER ? { ...each, alone: 0n, total } : each));
  return outcomes(rule, facts(effects, policy, { usage: read, ...patch }));
};

describe('fees-per-window (INVARIANT I4)', () => {
  test.each([
    [14_999n, []],
    [15_000n, []],
    [15_001n, ['denied']],
  ] as const)('fee and rent of 15,000 after %i of 30,000', (total, expected) => {
    expect(after(total)).toEqual(expected);
    expect(after(total, { ownerConsents: true })).toEqual(expected);
  });
});
