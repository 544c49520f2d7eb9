import { describe, expect, test } from 'vitest';
import type { Effect } from '../effect.ts';
import {
  ADDRESSES,
  aPolicy,
  call,
  facts,
  fee,
  MERCHANT,
  OWN_TOKEN_ACCOUNT,
  outcomes,
  outflow,
  USDC,
  verdict,
} from '../test-support/decision-facts.ts';

const own = OWN_TOKEN_ACCOUNT;
const { vault } = ADDRESSES;
const needing: readonly (readonly [string, Effect])[] = [
  ['an outflow without a spending limit', outflow(1n, { spendingLimit: null })],
  ['a call', call()],
  ['a delegate', { kind: 'delegate_approval', instruction: 0, asset: USDC, amount: 1n, account: own, delegate: MERCHANT }],
  ['a revocation', { kind: 'delegate_revocation', instruction: 0, account: own }],
  ['an own move', { kind: 'own_move', instruction: 0, asset: USDC, amount: 1n, from: vault, to: own }],
  ['closing to the vault', { kind: 'account_closing', instruction: 0, account: own, destination: vault, amountLamports: 1n }],
];

describe('agent-alone', () => {
  test('a payment within a spending limit is for the agent', () =>
    expect(outcomes('agent-alone', facts([outflow(1n), fee()]))).toEqual([]));
  test.each(needing)('%s needs the owner', (_name, effect) => {
    expect(outcomes('agent-alone', facts([effect]))).toEqual(['needs_owner']);
    expect(outcomes('agent-alone', facts([outflow(1n), effect]))).toEqual(['needs_owner']);
  });
  test('with the owner it is allowed', () => {
    expect(verdict(facts([outflow(1n, { spendingLimit: null })], aPolicy(), { ownerConsents: true }))).toBe('allowed');
  });
  test('no served delay stands for the owner', () => {
    expect(verdict(facts([outflow(1n, { spendingLimit: null })], aPolicy(), { delayServed: true }))).toBe('needs_owner');
  });
});
