import { describe, expect, test } from 'vitest';
import type { AgentPolicy, InstructionShape, ProgramRule } from '../agent-policy.ts';
import { NATIVE_ASSET } from '../asset.ts';
import type { Effect, ProgramCall } from '../effect.ts';
import type { SimulationReport } from '../facts.ts';
import {
  ADDRESSES,
  aPolicy,
  assetRule,
  call,
  EURC,
  facts,
  OWN_TOKEN_ACCOUNT,
  outcomes,
  PROGRAM,
  STRANGER,
  simulation,
  USDC,
} from '../test-support/decision-facts.ts';

const rule = 'permitted-programs';
const shape = (patch: Partial<InstructionShape> = {}): InstructionShape => ({
  name: 'swap',
  discriminator: 'aabbccdd',
  dataBytes: null,
  accounts: [],
  ...patch,
});
const programRule = (patch: Partial<ProgramRule> = {}): ProgramRule => ({
  program: PROGRAM,
  label: 'Exchange',
  instructions: [shape()],
  worstReturn: null,
  ...patch,
});
const swaps = (patch: Partial<ProgramRule> = {}): AgentPolicy =>
  aPolicy({
    assets: [assetRule(NATIVE_ASSET), assetRule(USDC)],
    groups: [
      {
        name: 'dollars',
        scope: 'wallet',
        members: [
          { asset: NATIVE_ASSET, weight: 150n },
          { asset: USDC, weight: 1n },
        ],
        windows: [{ seconds: 3_600, autonomous: 0n, ceiling: 10n ** 12n }],
      },
    ],
    programs: [programRule(patch)],
  });
const judged = (policy: AgentPolicy, effects: readonly Effect[], report: SimulationReport | null = null, ownerConsents = false) =>
  outcomes(rule, facts(effects, policy, { simulation: report, ownerConsents }));

describe('permitted-programs', () => {
  test('a listed program with a listed shape', () => expect(judged(swaps(), [call()])).toEqual([]));
  test('a program that is not listed', () => expect(judged(aPolicy(), [call()])).toEqual(['denied']));
  test('a listed instruction of another program', () => expect(judged(swaps(), [call({ program: STRANGER })])).toEqual(['denied']));
  test('a listed program without instructions calls nothing', () =>
    expect(judged(swaps({ instructions: [] }), [call()])).toEqual(['denied']));

  const calls: readonly (readonly [string, Partial<InstructionShape>, Partial<ProgramCall>, readonly string[]])[] = [
    ['the exact discriminator', { discriminator: 'aabbccdd0102' }, {}, []],
    ['one byte of it', { discriminator: 'aa' }, {}, []],
    ['a discriminator longer than the data', { discriminator: 'aabbccdd010203' }, {}, ['denied']],
    ['another discriminator', { discriminator: 'bb' }, {}, ['denied']],
    ['no data', {}, { data: '' }, ['denied']],
    ['the exact length', { dataBytes: 6 }, {}, []],
    ['a byte more', { dataBytes: 6 }, { data: 'aabbccdd010203' }, ['denied']],
    ['a byte less', { dataBytes: 6 }, { data: 'aabbccdd01' }, ['denied']],
    ['the vault where it must be', { accounts: [{ position: 0, is: 'vault' }] }, {}, []],
    ['its account where it must be', { accounts: [{ position: 1, is: 'own_token_account' }] }, {}, []],
    ['a named account', { accounts: [{ position: 1, is: OWN_TOKEN_ACCOUNT }] }, {}, []],
    ['another account than the named one', { accounts: [{ position: 1, is: STRANGER }] }, {}, ['denied']],
    ['an own account where the vault must be', { accounts: [{ position: 1, is: 'vault' }] }, {}, ['denied']],
    ['too few accounts', { accounts: [{ position: 2, is: 'own_token_account' }] }, {}, ['denied']],
    [
      "somebody else's account where the proceeds go (destination not of the vault)",
      { accounts: [{ position: 1, is: 'own_token_account' }] },
      {
        accounts: [
          { address: ADDRESSES.vault, writable: true, signer: true, role: 'vault' },
          { address: STRANGER, writable: true, signer: false, role: 'other' },
        ],
      },
      ['denied'],
    ],
    ['another signer', {}, { accounts: [{ address: STRANGER, writable: true, signer: true, role: 'other' }] }, ['denied']],
  ];
  test.each(calls)('%s', (_name, shaped, called, expected) => {
    expect(judged(swaps({ instructions: [shape(shaped)] }), [call(called)])).toEqual(expected);
  });
  test('one good call does not excuse a bad one', () =>
    expect(judged(swaps(), [call(), call({ instruction: 1, data: 'ee' })])).toEqual(['denied']));
  test('without a simulation the owner signs nothing', () => expect(judged(swaps(), [call()], null, true)).toEqual(['denied']));
});

describe('permitted-programs: what comes back', () => {
  const policy = swaps({ worstReturn: { group: 'dollars', percent: 98 } });
  const moves = (out: readonly (readonly [typeof USDC, bigint])[], back: readonly (readonly [typeof USDC, bigint])[]) =>
    simulation({
      vaultOutflows: out.map(([asset, amount]) => ({ asset, amount })),
      vaultInflows: back.map(([asset, amount]) => ({ asset, amount })),
    });
  test.each([
    ['exactly as much as asked', 15_000n, 98n, []],
    ['one unit less leaves', 14_999n, 98n, []],
    ['one unit more leaves', 15_001n, 98n, ['denied']],
    ['nothing comes back', 1n, 0n, ['denied']],
  ] as const)('%s', (_name, usdc, sol, expected) => {
    expect(judged(policy, [call()], moves([[USDC, usdc]], [[NATIVE_ASSET, sol]]))).toEqual(expected);
  });
  test('nothing leaves', () => expect(judged(policy, [call()], moves([], [[USDC, 1n]]))).toEqual([]));
  test('an asset without a weight leaves or comes', () => {
    expect(judged(policy, [call()], moves([[EURC, 1n]], []))).toEqual(['denied']);
    expect(judged(policy, [call()], moves([], [[EURC, 1n]]))).toEqual(['denied']);
  });
  test('without worstReturn nothing has to come back', () => expect(judged(swaps(), [call()], moves([[USDC, 1n]], []))).toEqual([]));
});
