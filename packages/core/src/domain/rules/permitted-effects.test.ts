import { describe, expect, test } from 'vitest';
import type { Effect } from '../effect.ts';
import {
  ADDRESSES,
  aPolicy,
  facts,
  fee,
  MERCHANT,
  OWN_TOKEN_ACCOUNT,
  objectionsOf,
  outcomes,
  outflow,
  STRANGER,
  USDC,
} from '../test-support/decision-facts.ts';

const { vault, multisig, owner, agent, feeAccount } = ADDRESSES;
const rule = 'permitted-effects';
const creation = (patch: object): Effect => ({
  kind: 'account_creation',
  instruction: 0,
  account: STRANGER,
  payer: feeAccount,
  owner: MERCHANT,
  what: 'x',
  maximumRentLamports: 1n,
  ...patch,
});
const approval = (patch: object): Effect => ({
  kind: 'delegate_approval',
  instruction: 0,
  asset: USDC,
  amount: 1n,
  account: OWN_TOKEN_ACCOUNT,
  delegate: MERCHANT,
  ...patch,
});
const closing = (patch: object): Effect => ({
  kind: 'account_closing',
  instruction: 0,
  account: OWN_TOKEN_ACCOUNT,
  destination: vault,
  amountLamports: 1n,
  ...patch,
});
const step = (patch: object): Effect =>
  ({ kind: 'governance', instruction: 0, wallet: multisig, action: 'approve', member: agent, index: 1n, ...patch }) as Effect;

const permitted: readonly (readonly [string, readonly Effect[], boolean])[] = [
  ['a payment', [outflow(1n), fee()], false],
  ['a memo beside it', [outflow(1n), { kind: 'memo', instruction: 1, text: 'x' }], false],
  ['rent for the account of who is paid', [outflow(1n), creation({})], false],
  ['rent for an account whose owner is not told', [outflow(1n), creation({ owner: null })], false],
  ["rent for the vault's own account", [creation({ owner: vault })], true],
  [
    'a move between own accounts',
    [{ kind: 'own_move', instruction: 0, asset: USDC, amount: 1n, from: vault, to: OWN_TOKEN_ACCOUNT }],
    true,
  ],
  ['closing to the vault', [closing({})], true],
  ['a listed delegate', [approval({})], true],
  ['taking a delegate away', [{ kind: 'delegate_revocation', instruction: 0, account: OWN_TOKEN_ACCOUNT }], true],
  ...['propose', 'approve', 'execute', 'close'].map(
    (action) => [`${action} with the owner`, [outflow(1n), step({ action })], true] as const,
  ),
  ['a step of the owner', [outflow(1n), step({ member: owner })], true],
];
const denied: readonly (readonly [string, readonly Effect[], string | undefined])[] = [
  ['nothing at all', [], undefined],
  ['a fee alone', [fee()], undefined],
  ['a fee and a memo', [fee(), { kind: 'memo', instruction: 1, text: 'x' }], undefined],
  ['value of somebody else', [outflow(1n, { source: agent })], 'foreign_source'],
  ['an account of nobody known', [outflow(1n, { destination: null })], undefined],
  ['paying the vault', [outflow(1n, { destination: vault })], undefined],
  ['paying the multisig, where money is lost', [outflow(1n, { destination: multisig })], undefined],
  ['an amount below zero', [outflow(-1n)], undefined],
  ['a fee below zero', [outflow(1n), fee(-1n)], undefined],
  ['a fee that the vault pays', [outflow(1n), fee(1n, vault)], undefined],
  ['a fee that the agent pays', [outflow(1n), fee(1n, agent)], undefined],
  ['rent that the vault pays', [outflow(1n), creation({ payer: vault })], undefined],
  ['rent for a stranger', [outflow(1n), creation({ owner: STRANGER })], undefined],
  ['rent below zero', [outflow(1n), creation({ maximumRentLamports: -1n })], undefined],
  ['closing to somebody else', [closing({ destination: agent })], undefined],
  ['closing an unknown balance', [closing({ amountLamports: null })], undefined],
  ['a strange delegate', [approval({ delegate: STRANGER })], 'delegate_to_stranger'],
  ['a delegate for an unknown asset', [approval({ asset: null })], undefined],
  [
    'another account owner',
    [{ kind: 'authority_change', instruction: 0, account: OWN_TOKEN_ACCOUNT, authority: 'account owner', to: STRANGER }],
    'authority_change',
  ],
  [
    'a nonce authority',
    [{ kind: 'authority_change', instruction: 0, account: STRANGER, authority: 'nonce authority', to: null }],
    'authority_change',
  ],
  ['a burn', [{ kind: 'burn', instruction: 0, asset: USDC, amount: 1n, account: OWN_TOKEN_ACCOUNT }], undefined],
  ['another wallet', [outflow(1n), step({ wallet: STRANGER })], 'governance'],
  ['a vote by the vault itself', [outflow(1n), step({ member: vault })], 'governance'],
  ['a new member', [step({ action: 'add_member', member: STRANGER, permissions: 7 })], 'governance'],
  ['another threshold', [step({ action: 'set_threshold', threshold: 1 })], 'governance'],
  ['rejecting', [step({ action: 'reject' })], 'governance'],
  ['what belongs to others', [{ kind: 'foreign', instruction: 0, program: STRANGER, what: 'x' }], undefined],
  ['what is not understood', [outflow(1n), { kind: 'unknown', instruction: 1, program: STRANGER, reason: 'x' }], undefined],
  ['a kind that nobody has heard of', [outflow(1n), { kind: 'teleport', instruction: 1 } as unknown as Effect], undefined],
];

describe('permitted-effects (INVARIANT I5: default deny)', () => {
  test.each(permitted)('permits %s', (_name, effects, ownerConsents) => {
    expect(outcomes(rule, facts(effects, aPolicy(), { ownerConsents }))).toEqual([]);
  });
  test.each(denied)('denies %s, even with the owner', (_name, effects, alarm) => {
    const [found] = objectionsOf(rule, facts(effects, aPolicy(), { ownerConsents: true }));
    expect(found).toMatchObject({ outcome: 'denied' });
    expect(found?.details['alarm']).toBe(alarm);
  });
  test.each(['propose', 'approve', 'execute', 'close'])('denies to %s without the owner', (action) => {
    expect(outcomes(rule, facts([outflow(1n), step({ action })]))).toEqual(['denied']);
  });
  test('names every effect that is not permitted', () => {
    expect(outcomes(rule, facts([outflow(1n, { source: agent }), fee(1n, agent)]))).toEqual(['denied', 'denied']);
  });
});
