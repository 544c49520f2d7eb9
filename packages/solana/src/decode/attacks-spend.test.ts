import { createHash } from 'node:crypto';
import { address, type Effect, NATIVE_ASSET, tokenAsset } from '@countersign/core';
import { AccountRole, createNoopSigner, type Instruction } from '@solana/kit';
import { getTransferSolInstruction } from '@solana-program/system';
import { beforeAll, describe, expect, test } from 'vitest';
import * as squads from '../../generated/squads.mjs';
import { createTokenAccount, memoInstructions } from '../build/common-instructions.ts';
import { compileMessage } from '../build/compile-message.ts';
import { kitAddress } from '../build/kit-address.ts';
import { limitCreateKey } from '../build/limit-create-key.ts';
import { spendingLimitAddress } from '../build/pda.ts';
import {
  addMember,
  addSpendingLimit,
  createMultisig,
  removeMember,
  removeSpendingLimit,
  spendingLimitUse,
} from '../build/squads-instructions.ts';
import {
  type Attacked,
  attackedWallet,
  lifetime,
  limit,
  mallory,
  mint,
  pay,
  recipient,
  sol,
  withAccount,
  withData,
} from '../test-support/attacked-wallet.ts';
import { must } from '../test-support/must.ts';
import { contextOf } from '../test-support/test-wallet.ts';
import { NO_FACTS } from './account-facts.ts';
import { decodeMessage } from './decode-message.ts';
import { describeEffect } from './describe-effect.ts';

let attacked: Attacked;
beforeAll(async () => {
  attacked = await attackedWallet();
});
const effectsOf: Attacked['effectsOf'] = (...instructions) => attacked.effectsOf(...instructions);
const unknownsOf: Attacked['unknownsOf'] = (...instructions) => attacked.unknownsOf(...instructions);
describe('INVARIANT I5: spending from a limit', () => {
  const native = (): Promise<Instruction> => spendingLimitUse(attacked.wallet.addresses, limit, pay, sol);
  const tokens = (): Promise<Instruction> =>
    spendingLimitUse(attacked.wallet.addresses, limit, { ...pay, asset: tokenAsset(mint) }, { asset: tokenAsset(mint), decimals: 6 });
  test('the honest ones have nothing unknown', async () => {
    expect(unknownsOf(await native())).toEqual([]);
    expect(unknownsOf(await tokens())).toEqual([]);
  });
  test('every fixed account swapped is unknown; only limit and destination may differ', async () => {
    for (const [honest, free] of [
      [await native(), [2, 4]],
      [await tokens(), [2]],
    ] as const)
      for (const index of (honest.accounts ?? []).keys()) {
        if (free.some((each) => each === index)) continue;
        expect({ index, unknowns: unknownsOf(withAccount(honest, index, mallory)).length }).toEqual({ index, unknowns: 1 });
      }
  });
  test('wrong decimals for SOL, a memo, a byte more, a byte less, an account more', async () => {
    const honest = await native();
    expect(unknownsOf(withData(honest, (bytes) => bytes.map((byte, at) => (at === 16 ? 6 : byte))))).not.toEqual([]);
    expect(unknownsOf(withData(honest, (bytes) => [...bytes.slice(0, -1), 1, 1, 0, 0, 0, 65]))).not.toEqual([]);
    expect(unknownsOf(withData(honest, (bytes) => [...bytes, 0]))).not.toEqual([]);
    expect(unknownsOf(withData(honest, (bytes) => bytes.slice(0, -1)))).not.toEqual([]);
    expect(
      unknownsOf({ ...honest, accounts: [...(honest.accounts ?? []), { address: kitAddress(mallory), role: AccountRole.READONLY }] }),
    ).not.toEqual([]);
  });
  test('without the signature of the member', async () => {
    const honest = await native();
    const unsigned = {
      ...honest,
      accounts: (honest.accounts ?? []).map((each, at) => (at === 1 ? { ...each, role: AccountRole.READONLY } : each)),
    };
    expect(unknownsOf(unsigned)).toEqual([expect.stringContaining('signature')]);
  });
  test('the same instruction sent to another program', async () => {
    expect(unknownsOf({ ...(await native()), programAddress: kitAddress(mallory) })).toEqual([expect.stringContaining('not understood')]);
  });
  test('twenty spends are twenty outflows', async () => {
    const many = Array.from({ length: 20 }, async () => native());
    expect(effectsOf(...(await Promise.all(many))).filter(({ kind }) => kind === 'asset_outflow')).toHaveLength(20);
  });
});

describe('INVARIANT I5: what stands beside a payment', () => {
  const vault = (): Instruction =>
    getTransferSolInstruction({
      source: createNoopSigner(kitAddress(attacked.wallet.addresses.feeAccount)),
      destination: kitAddress(mallory),
      amount: 5n,
    });
  const computeBudget = (...bytes: readonly number[]): Instruction => ({
    programAddress: kitAddress(address('ComputeBudget111111111111111111111111111111')),
    data: Uint8Array.from(bytes),
  });
  test('a transfer out of the fee account, a durable nonce, nothing', () => {
    expect(unknownsOf(vault())).not.toEqual([]);
    expect(unknownsOf(withData(vault(), () => [4, 0, 0, 0]))).not.toEqual([]);
    expect(unknownsOf()).toEqual([expect.stringContaining('no instruction')]);
  });
  test('compute budget: twice, too large, other kinds, a byte more', () => {
    const units = computeBudget(2, 1, 0, 0, 0);
    expect(unknownsOf(units)).toEqual([]);
    const [heap, loaded, price] = [computeBudget(1, 0, 0, 4, 0), computeBudget(4, 1, 0, 0, 0), computeBudget(3, 1, 0, 0, 0, 0, 0, 0, 0)];
    expect(unknownsOf(heap, loaded, price, units)).toEqual([]);
    for (const twice of [units, heap, loaded, price]) expect(unknownsOf(twice, twice)).toEqual([expect.stringContaining('again')]);
    for (const odd of [
      computeBudget(2, 0xff, 0xff, 0xff, 0xff),
      computeBudget(0, 1, 0, 0, 0, 1, 0, 0, 0),
      computeBudget(1, 1, 0, 4, 0),
      computeBudget(1, 0, 0x7c, 0, 0),
      computeBudget(1, 0, 4, 4, 0),
      computeBudget(4, 0, 0, 0, 0),
      computeBudget(4, 1, 0, 0, 4),
      computeBudget(5, 1, 0, 0, 0),
      computeBudget(2, 1, 0, 0, 0, 0),
      computeBudget(),
    ])
      expect(unknownsOf(odd)).not.toEqual([]);
  });
  test('memo: foreign text is shown inert; too long, signed or broken ones are unknown', () => {
    const [memo] = memoInstructions('pay \u202Eyollam\u202C now\n"approved"\u200B');
    if (!memo) throw new Error('memo');
    const shown = effectsOf(memo).map(describeEffect).join(' ');
    expect(shown).toContain('"pay \\u{202e}yollam\\u{202c} now\\u{a}\\"approved\\"\\u{200b}"');
    expect(unknownsOf(withData(memo, () => new Array<number>(257).fill(65)))).not.toEqual([]);
    expect(unknownsOf(withData(memo, () => [0xc3, 0x28]))).not.toEqual([]);
    expect(
      unknownsOf({ ...memo, accounts: [{ address: kitAddress(attacked.wallet.addresses.agent), role: AccountRole.READONLY_SIGNER }] }),
    ).not.toEqual([]);
  });
  test('token accounts: other programs, wrong addresses, other calls', async () => {
    const honest = await createTokenAccount(attacked.wallet.addresses.feeAccount, recipient, mint);
    expect(unknownsOf(honest)).toEqual([]);
    for (const index of [1, 2, 3, 4, 5]) expect(unknownsOf(withAccount(honest, index, mallory))).not.toEqual([]);
    expect(unknownsOf(withData(honest, () => [2]))).not.toEqual([]);
    expect(unknownsOf(withData(honest, () => [1, 0]))).not.toEqual([]);
    expect(unknownsOf(withData(honest, () => []))).toEqual([]);
  });
  test('a key that nothing uses', () => {
    const { bytes, signers } = compileMessage(attacked.wallet.addresses.feeAccount, [computeBudget(2, 1, 0, 0, 0)], lifetime);
    const keys = 1 + signers.length;
    const stray = Uint8Array.from([
      ...bytes.subarray(0, 3),
      2,
      keys + 1,
      ...bytes.subarray(5, 5 + 32 * keys),
      ...new Array<number>(32).fill(3),
      ...bytes.subarray(5 + 32 * keys),
    ]);
    expect(must(decodeMessage(stray, contextOf(attacked.wallet), NO_FACTS))).toContainEqual(
      expect.objectContaining({ kind: 'unknown', reason: expect.stringContaining('no instruction uses') }),
    );
  });
  test('a vault that is not the one of the multisig', () => {
    const { bytes } = compileMessage(attacked.wallet.addresses.feeAccount, [computeBudget(2, 1, 0, 0, 0)], lifetime);
    const context = contextOf(attacked.wallet);
    const lied = { ...context, addresses: { ...context.addresses, vault: mallory } };
    expect(must(decodeMessage(bytes, lied, NO_FACTS)).map(({ kind }) => kind)).toContain('unknown');
  });
});

describe('settings of the wallet', () => {
  test('creation, limits and members decode to what they are', async () => {
    const { addresses } = attacked.wallet;
    const spendingLimit = await spendingLimitAddress(addresses.multisig, limitCreateKey(addresses.multisig, 1, NATIVE_ASSET));
    const planned = {
      asset: NATIVE_ASSET,
      amount: 7n,
      periodSeconds: 86_400,
      destinations: [recipient],
      spendingLimit,
      createKey: limitCreateKey(addresses.multisig, 1, NATIVE_ASSET),
      decimals: 9,
    };
    const governance = (...instructions: readonly Instruction[]): readonly Effect[] =>
      effectsOf(...instructions).filter(({ kind }) => kind === 'governance');
    const members = [addresses.owner, addresses.agent].map((member) => ({ key: member, permissions: 7 }));
    const wholeWallet = {
      wallet: addresses.multisig,
      owner: addresses.owner,
      members,
      threshold: 2,
      timeLockSeconds: 60,
      rentCollector: addresses.feeAccount,
    };
    expect(governance(await createMultisig(addresses, 60, mallory))).toMatchObject([{ action: 'create_wallet', ...wholeWallet }]);
    const by = { multisig: addresses.multisig, authority: addresses.owner, payer: addresses.feeAccount };
    const add = addSpendingLimit(by, planned, addresses.agent);
    const backing = {
      asset: NATIVE_ASSET,
      amount: 7n,
      periodSeconds: 86_400,
      members: [addresses.agent],
      destinations: [recipient],
      spendingLimit,
    };
    expect(governance(add)).toMatchObject([{ action: 'add_limit', ...backing }]);
    expect(governance(removeSpendingLimit(by, limit))).toMatchObject([{ action: 'remove_limit', spendingLimit: limit }]);
    expect(governance(addMember(by, mallory))).toMatchObject([{ action: 'add_member', member: mallory, permissions: 7 }]);
    expect(governance(removeMember(by, mallory))).toMatchObject([{ action: 'remove_member', member: mallory }]);
    for (const honest of [add, removeSpendingLimit(by, limit), addMember(by, mallory), removeMember(by, mallory)]) {
      expect(unknownsOf(honest)).toEqual([]);
      expect(unknownsOf(withAccount(honest, 0, recipient))).not.toEqual([]);
      expect(unknownsOf(withAccount(honest, 1, recipient))).not.toEqual([]);
      expect(unknownsOf(withData(honest, (bytes) => [...bytes, 0]))).not.toEqual([]);
    }
    expect(unknownsOf(withAccount(add, 2, limit))).not.toEqual([]);
    expect(unknownsOf(withAccount(removeSpendingLimit(by, limit), 3, mallory))).not.toEqual([]);
  });
  test('who decides, when and for whom is told; everything else of Squads is unknown', () => {
    const { multisig, owner } = attacked.wallet.addresses;
    const common = { multisig: kitAddress(multisig), configAuthority: createNoopSigner(kitAddress(owner)), memo: null };
    const settings: readonly (readonly [Instruction, object])[] = [
      [squads.getMultisigChangeThresholdInstruction({ ...common, newThreshold: 1 }), { action: 'set_threshold', threshold: 1 }],
      [squads.getMultisigSetTimeLockInstruction({ ...common, timeLock: 0 }), { action: 'set_time_lock', seconds: 0 }],
      [
        squads.getMultisigSetConfigAuthorityInstruction({
          ...common,
          configAuthority: common.configAuthority,
          configAuthorityArg: kitAddress(mallory),
        }),
        { action: 'set_config_authority', authority: mallory },
      ],
      [
        squads.getMultisigSetRentCollectorInstruction({ ...common, rentCollector: kitAddress(mallory) }),
        { action: 'set_rent_collector', rentCollector: mallory },
      ],
    ];
    for (const [instruction, expected] of settings) {
      expect(effectsOf(instruction).slice(1)).toMatchObject([{ kind: 'governance', wallet: multisig, ...expected }]);
      expect(unknownsOf(withAccount(instruction, 0, mallory))).not.toEqual([]);
      expect(unknownsOf(withAccount(instruction, 1, mallory))).not.toEqual([]);
      expect(unknownsOf(withData(instruction, (bytes) => [...bytes, 0]))).not.toEqual([]);
      expect(unknownsOf(withData(instruction, (bytes) => bytes.slice(0, -1)))).not.toEqual([]);
    }
    const cancel = { multisig: kitAddress(multisig), member: createNoopSigner(kitAddress(owner)), proposal: kitAddress(limit) };
    const named: readonly (readonly [string, string])[] = [
      ['config_transaction_create', 'other settings'],
      ['vault_transaction_create_from_buffer', 'came earlier'],
      ['batch_execute_transaction', 'batch'],
      ['proposal_cancel_v2', 'approved'],
    ];
    for (const [name, words] of named) {
      const data = createHash('sha256').update(`global:${name}`).digest().subarray(0, 8);
      const other = withData(squads.getProposalCancelInstruction({ ...cancel, args: { memo: null } }), () => [...data]);
      expect(unknownsOf(other)).toEqual([expect.stringContaining(words)]);
    }
  });
});
