import { describe, expect, test } from 'vitest';
import { aPolicy, facts, outcomes, outflow } from '../test-support/decision-facts.ts';

describe('wallet-active (INVARIANT I7)', () => {
  test.each([
    ['active', []],
    ['creating', ['denied']],
    ['frozen', ['denied']],
    ['failed', ['denied']],
  ] as const)('%s', (walletState, expected) => {
    expect(outcomes('wallet-active', facts([outflow(1n)], aPolicy(), { walletState }))).toEqual(expected);
    expect(outcomes('wallet-active', facts([outflow(1n)], aPolicy(), { walletState, ownerConsents: true }))).toEqual(expected);
  });
});
