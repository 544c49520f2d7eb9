import { describe, expect, test } from 'vitest';
import type { AgentPolicy } from '../agent-policy.ts';
import { NATIVE_ASSET, WRAPPED_NATIVE_ASSET } from '../asset.ts';
import type { Effect } from '../effect.ts';
import type { SimulationReport } from '../facts.ts';
import {
  ADDRESSES,
  aPolicy,
  call,
  facts,
  fee,
  MERCHANT,
  OWN_TOKEN_ACCOUNT,
  objectionsOf,
  outflow,
  PROGRAM,
  STRANGER,
  simulation,
  USDC,
} from '../test-support/decision-facts.ts';

const { vault, feeAccount } = ADDRESSES;
const listing = aPolicy({ programs: [{ program: PROGRAM, label: 'Exchange', instructions: [], worstReturn: null }] });
const judged = (effects: readonly Effect[], report: Partial<SimulationReport>, policy: AgentPolicy = aPolicy()) =>
  objectionsOf('simulation-agrees', facts(effects, policy, { simulation: simulation(report), ownerConsents: true })).map(
    ({ outcome, details }) => [outcome, details['alarm'] ?? 'quiet'] as const,
  );
const wrap: Effect = { kind: 'own_move', instruction: 0, asset: NATIVE_ASSET, amount: 5n, from: vault, to: OWN_TOKEN_ACCOUNT };
const closing: Effect = { kind: 'account_closing', instruction: 0, account: OWN_TOKEN_ACCOUNT, destination: vault, amountLamports: 7n };
const sol = (amount: bigint) => [{ asset: NATIVE_ASSET, amount }];
const wsol = (amount: bigint) => [{ asset: WRAPPED_NATIVE_ASSET, amount }];

describe('simulation-agrees: amounts', () => {
  test.each([
    ['less leaves', { vaultOutflows: sol(9n) }, []],
    ['as much leaves', { vaultOutflows: sol(10n) }, []],
    ['one more leaves', { vaultOutflows: sol(11n) }, [['denied', 'hidden_outflow']]],
    ['another asset leaves', { vaultOutflows: [{ asset: USDC, amount: 1n }] }, [['denied', 'hidden_outflow']]],
    ['as much by inner instructions', { innerEffects: [outflow(10n)] }, []],
    ['one more by inner instructions', { innerEffects: [outflow(10n), outflow(1n)] }, [['denied', 'hidden_outflow']]],
    ['the fee account pays what was decoded', { feeAccountOutflowLamports: 10_000n }, []],
    ['the fee account pays one more', { feeAccountOutflowLamports: 10_001n }, [['denied', 'hidden_fee']]],
    ['what comes in does not pay for what leaves', { vaultOutflows: sol(11n), vaultInflows: sol(5n) }, [['denied', 'hidden_outflow']]],
  ] as const)('%s', (_name, report, expected) => expect(judged([outflow(10n), fee()], report)).toEqual(expected));
  test('wrapping is no outflow, as far as it arrives', () => {
    expect(judged([wrap], { vaultOutflows: sol(5n), vaultInflows: wsol(5n) })).toEqual([]);
    expect(judged([wrap], { vaultOutflows: sol(5n), vaultInflows: wsol(4n) })).toEqual([['denied', 'hidden_outflow']]);
    expect(judged([wrap], { vaultOutflows: sol(6n), vaultInflows: wsol(6n) })).toEqual([['denied', 'hidden_outflow']]);
  });
  test('closing an own account moves its balance to the vault', () => {
    expect(judged([closing], { vaultOutflows: wsol(5n), vaultInflows: sol(7n), authorityChanges: [OWN_TOKEN_ACCOUNT] })).toEqual([]);
  });
});

describe('simulation-agrees: control', () => {
  test('an account that changes hands', () =>
    expect(judged([outflow(1n)], { authorityChanges: [vault] })).toEqual([['denied', 'hidden_authority_change']]));
  test('another account than the decoded one', () =>
    expect(judged([closing], { authorityChanges: [STRANGER] })).toEqual([['denied', 'hidden_authority_change']]));
});

describe('simulation-agrees: inner instructions', () => {
  const inner: readonly (readonly [string, Effect, readonly (readonly [string, string])[]])[] = [
    ['what belongs to others', { kind: 'foreign', instruction: 0, program: STRANGER, what: 'x' }, []],
    ['a memo', { kind: 'memo', instruction: 0, text: 'x' }, []],
    [
      'rent of the fee account',
      { kind: 'account_creation', instruction: 0, account: MERCHANT, payer: feeAccount, owner: null, what: 'x', maximumRentLamports: 1n },
      [],
    ],
    [
      'rent of the vault',
      { kind: 'account_creation', instruction: 0, account: MERCHANT, payer: vault, owner: null, what: 'x', maximumRentLamports: 1n },
      [['denied', 'quiet']],
    ],
    ['something unknown', { kind: 'unknown', instruction: 0, program: PROGRAM, reason: 'x' }, [['denied', 'quiet']]],
    ['a call of a program', call(), [['denied', 'quiet']]],
    ['another destination', outflow(1n, { destinationAccount: STRANGER }), [['denied', 'hidden_effect']]],
    ['another source', outflow(1n, { source: feeAccount }), [['denied', 'hidden_effect']]],
    [
      'another owner',
      { kind: 'authority_change', instruction: 0, account: vault, authority: 'account owner', to: STRANGER },
      [['denied', 'hidden_effect']],
    ],
    [
      'a delegate',
      { kind: 'delegate_approval', instruction: 0, asset: USDC, amount: 1n, account: OWN_TOKEN_ACCOUNT, delegate: MERCHANT },
      [['denied', 'hidden_effect']],
    ],
    ['a burn', { kind: 'burn', instruction: 0, asset: USDC, amount: 1n, account: OWN_TOKEN_ACCOUNT }, [['denied', 'hidden_effect']]],
    ['a closing', closing, [['denied', 'hidden_effect']]],
    [
      'a step of a proposal',
      { kind: 'governance', instruction: 0, wallet: ADDRESSES.multisig, action: 'execute', member: vault, index: 1n },
      [['denied', 'hidden_effect']],
    ],
    ['a kind that nobody has heard of', { kind: 'teleport', instruction: 0 } as unknown as Effect, [['denied', 'quiet']]],
  ];
  test.each(inner)('%s', (_name, effect, expected) => expect(judged([outflow(10n)], { innerEffects: [effect] })).toEqual(expected));
  test('what was decoded may be seen again', () =>
    expect(judged([closing], { innerEffects: [{ ...closing, instruction: 3 }] })).toEqual([]));
  test('the same with another amount was not decoded', () =>
    expect(judged([closing], { innerEffects: [{ ...closing, amountLamports: 8n }] })).toEqual([['denied', 'hidden_effect']]));
  test.each([
    ['unknown instructions of a listed program', { kind: 'unknown', instruction: 0, program: PROGRAM, reason: 'x' }],
    ['calls of a listed program', call()],
  ] as const)('%s', (_name, effect) => expect(judged([call()], { innerEffects: [effect] }, listing)).toEqual([]));
  test('a listed program may pay its pools, and nothing else', () => {
    expect(judged([call()], { vaultOutflows: sol(9n), innerEffects: [outflow(9n, { destinationAccount: STRANGER })] }, listing)).toEqual(
      [],
    );
    const steal: Effect = {
      kind: 'authority_change',
      instruction: 0,
      account: OWN_TOKEN_ACCOUNT,
      authority: 'account owner',
      to: STRANGER,
    };
    expect(judged([call()], { innerEffects: [steal] }, listing)).toEqual([['denied', 'hidden_effect']]);
  });
});
