import { describe, expect, test } from 'vitest';
import { type Address, address } from '../address.ts';
import {
  ADDRESSES,
  aPolicy,
  facts,
  MERCHANT,
  OWN_TOKEN_ACCOUNT,
  objectionsOf,
  outcomes,
  outflow,
  STRANGER,
  USDC,
} from '../test-support/decision-facts.ts';

const rule = 'listed-recipients';
const to = (destination: Address, policy = aPolicy(), patch: object = {}) => facts([outflow(1n, { destination })], policy, patch);
/** Same first and last four characters, another address. */
function twinOf(model: Address): Address {
  for (const letter of ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H']) {
    try {
      const twin = address([...model].map((each, at) => (at > 5 && at < model.length - 6 ? letter : each)).join(''));
      if (twin !== model) return twin;
    } catch {}
  }
  throw new Error('no twin');
}

describe('listed-recipients', () => {
  test('a listed one', () => expect(outcomes(rule, to(MERCHANT))).toEqual([]));
  test('another one is denied', () => expect(outcomes(rule, to(STRANGER))).toEqual(['denied']));
  test('another one needs the owner, where the policy says so', () =>
    expect(outcomes(rule, to(STRANGER, aPolicy({ otherRecipients: 'countersigned' })))).toEqual(['needs_owner']));
  test('an empty list allows nobody', () => expect(outcomes(rule, to(MERCHANT, aPolicy({ recipients: [] })))).toEqual(['denied']));
  test('"owner" is the owner of this wallet, and nobody else', () => {
    const policy = aPolicy({ recipients: [{ address: 'owner', label: 'Me', windows: [] }] });
    expect(outcomes(rule, to(ADDRESSES.owner, policy))).toEqual([]);
    expect(outcomes(rule, to(MERCHANT, policy))).toEqual(['denied']);
    const addresses = { ...ADDRESSES, owner: STRANGER };
    expect(outcomes(rule, to(ADDRESSES.owner, policy, { addresses }))).toEqual(['denied']);
    expect(outcomes(rule, to(STRANGER, policy, { addresses }))).toEqual([]);
  });
  test('a look-alike is denied, whoever signs, and alarms', () => {
    const policy = aPolicy({ otherRecipients: 'countersigned' });
    const [found] = objectionsOf(rule, to(twinOf(MERCHANT), policy, { ownerConsents: true }));
    expect(found).toMatchObject({ outcome: 'denied', details: { lookAlikeOf: MERCHANT, alarm: 'look_alike' } });
  });
  test('a look-alike of the owner is denied too', () => {
    const policy = aPolicy({ otherRecipients: 'countersigned', recipients: [{ address: 'owner', label: 'Me', windows: [] }] });
    expect(outcomes(rule, to(twinOf(ADDRESSES.owner), policy))).toEqual(['denied']);
  });
  test('one listed recipient does not excuse another', () =>
    expect(outcomes(rule, facts([outflow(1n), outflow(1n, { destination: STRANGER })]))).toEqual(['denied']));
  test('a delegate receives too', () => {
    const effect = {
      kind: 'delegate_approval',
      instruction: 0,
      asset: USDC,
      amount: 1n,
      account: OWN_TOKEN_ACCOUNT,
      delegate: STRANGER,
    } as const;
    expect(outcomes(rule, facts([effect]))).toEqual(['denied']);
  });
});
