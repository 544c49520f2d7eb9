import { describe, expect, test } from 'vitest';
import { NATIVE_ASSET } from '../asset.ts';
import { recipientMeter } from '../meter.ts';
import { ADDRESSES, aPolicy, facts, MERCHANT, objectionsOf, outcomes, outflow, SHOP, usage } from '../test-support/decision-facts.ts';

const rule = 'recipient-per-window';
const windows = [{ asset: NATIVE_ASSET, seconds: 3_600, autonomous: 50n, ceiling: 80n }];
const policy = aPolicy({
  recipients: [
    { address: MERCHANT, label: 'Merchant', windows },
    { address: SHOP, label: 'Shop', windows: [] },
  ],
});

describe('recipient-per-window (INVARIANT I4)', () => {
  test.each([
    [49n, []],
    [50n, []],
    [51n, ['needs_owner']],
    [80n, ['needs_owner']],
    [81n, ['denied']],
  ] as const)('%i of 50 and 80', (amount, expected) => expect(outcomes(rule, facts([outflow(amount)], policy))).toEqual(expected));
  test('another recipient has no such window', () =>
    expect(outcomes(rule, facts([outflow(81n, { destination: SHOP })], policy))).toEqual([]));
  test('the sum to one recipient counts', () =>
    expect(outcomes(rule, facts([outflow(25n), outflow(26n)], policy))).toEqual(['needs_owner']));
  test('only what went there was used', () => {
    const effects = [outflow(50n)];
    const read = usage(effects, policy).map((each) =>
      each.meter === recipientMeter(NATIVE_ASSET, MERCHANT) ? { ...each, alone: 1n, total: 1n } : each,
    );
    expect(outcomes(rule, facts(effects, policy, { usage: read }))).toEqual(['needs_owner']);
  });
  test('the owner listed twice: the windows of both hold', () => {
    const both = aPolicy({
      recipients: [
        { address: 'owner', label: 'Me', windows },
        { address: ADDRESSES.owner, label: 'Also me', windows: [{ asset: NATIVE_ASSET, seconds: 60, autonomous: 40n, ceiling: 40n }] },
      ],
    });
    const found = objectionsOf(rule, facts([outflow(60n, { destination: ADDRESSES.owner })], both));
    expect(found.map(({ outcome, details }) => [outcome, details['windowSeconds']])).toEqual([
      ['needs_owner', 3_600],
      ['denied', 60],
    ]);
  });
});
