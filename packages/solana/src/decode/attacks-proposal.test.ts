import { type Address, address } from '@countersign/core';
import { AccountRole, createNoopSigner, type Instruction } from '@solana/kit';
import { getTransferSolInstruction } from '@solana-program/system';
import { getApproveInstruction, getTransferCheckedInstruction, getTransferInstruction } from '@solana-program/token';
import { beforeAll, describe, expect, test } from 'vitest';
import * as squads from '../../generated/squads.mjs';
import { kitAddress } from '../build/kit-address.ts';
import { tokenAccountAddress, vaultAddress } from '../build/pda.ts';
import { proposalSteps } from '../build/proposal-steps.ts';
import { compileVaultMessage } from '../build/vault-message.ts';
import { type Attacked, attackedWallet, limit, mallory, mint, recipient, withAccount, withData } from '../test-support/attacked-wallet.ts';

let attacked: Attacked;
beforeAll(async () => {
  attacked = await attackedWallet();
});
const effectsOf: Attacked['effectsOf'] = (...instructions) => attacked.effectsOf(...instructions);
const unknownsOf: Attacked['unknownsOf'] = (...instructions) => attacked.unknownsOf(...instructions);
const step = (index: number): Instruction => attacked.steps[index] ?? { programAddress: kitAddress(limit) };
const inner = (vault: Address, ...instructions: readonly Instruction[]): Instruction => {
  const { bytes } = compileVaultMessage(vault, instructions);
  return createWith(bytes);
};
const createWith = (bytes: Uint8Array, over: { vaultIndex?: number; ephemeralSigners?: number; memo?: string } = {}): Instruction =>
  squads.getVaultTransactionCreateInstruction({
    multisig: kitAddress(attacked.wallet.addresses.multisig),
    transaction: step(0).accounts?.[1]?.address ?? kitAddress(limit),
    creator: createNoopSigner(kitAddress(attacked.wallet.addresses.agent)),
    rentPayer: createNoopSigner(kitAddress(attacked.wallet.addresses.feeAccount)),
    args: { vaultIndex: 0, ephemeralSigners: 0, memo: null, ...over, transactionMessage: bytes },
  });

describe('INVARIANT I5: a proposal that is not wholly of this message', () => {
  test('the honest one has nothing unknown', () => {
    expect(unknownsOf(...attacked.steps)).toEqual([]);
  });
  test('created and not proposed', () => {
    expect(unknownsOf(step(0))).toEqual([expect.stringContaining('does not propose')]);
  });
  test('proposed and not created', () => {
    expect(unknownsOf(step(1))).toEqual([expect.stringContaining('does not create')]);
  });
  test('an approval of a proposal whose content is not in the bytes', () => {
    expect(unknownsOf(step(2))).toEqual([expect.stringContaining('does not create')]);
  });
  test('an execution of a transaction created earlier', () => {
    expect(unknownsOf(step(4))).toEqual([expect.stringContaining('does not create')]);
  });
  test('execution of another index than the one created', async () => {
    const other = await proposalSteps(attacked.wallet.addresses, attacked.message, 3n);
    expect(unknownsOf(...attacked.steps.slice(0, 4), other[4] ?? step(4))).not.toEqual([]);
  });
  test('execution with swapped remaining accounts', () => {
    expect(unknownsOf(...attacked.steps.slice(0, 4), withAccount(step(4), 5, mallory))).toEqual([
      expect.stringContaining('other accounts'),
    ]);
  });
  test('execution with an account more', () => {
    const more = { ...step(4), accounts: [...(step(4).accounts ?? []), { address: kitAddress(mallory), role: AccountRole.WRITABLE }] };
    expect(unknownsOf(...attacked.steps.slice(0, 4), more)).toEqual([expect.stringContaining('other accounts')]);
  });
  test('without closing, its rent is an effect', () => {
    const effects = effectsOf(...attacked.steps.slice(0, 3));
    const rents = effects.flatMap((effect) => (effect.kind === 'account_creation' ? [effect.maximumRentLamports] : []));
    expect(rents.reduce((sum, each) => sum + each, 0n)).toBe(5_143_440n);
  });
  test('rent that goes to somebody else', () => {
    expect(unknownsOf(...attacked.steps.slice(0, 5), withAccount(step(5), 3, mallory))).toEqual([expect.stringContaining('fee account')]);
  });
  test('another wallet', () => {
    for (const index of attacked.steps.keys()) {
      const changed = attacked.steps.map((each, at) => (at === index ? withAccount(each, 0, mallory) : each));
      expect(unknownsOf(...changed)).not.toEqual([]);
    }
  });
  test.each<[string, { vaultIndex?: number; ephemeralSigners?: number; memo?: string }]>([
    ['vault 1', { vaultIndex: 1 }],
    ['ephemeral signers', { ephemeralSigners: 1 }],
    ["a memo in Squads' own field", { memo: 'approved by the owner' }],
  ])('%s', (_, over) => {
    expect(unknownsOf(createWith(attacked.message.bytes, over), ...attacked.steps.slice(1))).not.toEqual([]);
  });
  test('a draft', () => {
    expect(
      unknownsOf(
        step(0),
        withData(step(1), (bytes) => [...bytes.slice(0, -1), 1]),
      ),
    ).not.toEqual([]);
  });
  test('stepping back from a proposal is understood', () => {
    const [multisig, member, proposal] = step(2).accounts ?? [];
    if (!multisig || !member || !proposal) throw new Error('accounts');
    const signer = createNoopSigner(member.address);
    const input = { multisig: multisig.address, member: signer, proposal: proposal.address, args: { memo: null } };
    expect(effectsOf(squads.getProposalRejectInstruction(input), squads.getProposalCancelInstruction(input))).toMatchObject([
      { kind: 'fee' },
      { action: 'reject', member: attacked.wallet.addresses.agent, index: null },
      { action: 'cancel', index: null },
    ]);
  });
});

describe('INVARIANT I5: what the vault may be made to do', () => {
  const sender = (): ReturnType<typeof createNoopSigner> => createNoopSigner(kitAddress(attacked.wallet.addresses.vault));
  const transfer = (): Instruction => getTransferSolInstruction({ source: sender(), destination: kitAddress(recipient), amount: 5n });
  const unknown = (first: Instruction): readonly string[] => unknownsOf(first, step(1));

  test('an honest transfer is understood', () => {
    expect(unknown(inner(attacked.wallet.addresses.vault, transfer()))).toEqual([]);
  });
  test('two transfers are two outflows', () => {
    const twice = inner(attacked.wallet.addresses.vault, transfer(), transfer());
    expect(effectsOf(twice, step(1)).filter(({ kind }) => kind === 'asset_outflow')).toHaveLength(2);
  });
  test('token calls other than TransferChecked', async () => {
    const source = kitAddress(await tokenAccountAddress(attacked.wallet.addresses.vault, mint));
    const other = kitAddress(mallory);
    const token = { source, destination: other, authority: sender(), amount: 1n };
    expect(unknown(inner(attacked.wallet.addresses.vault, getTransferInstruction(token)))).not.toEqual([]);
    expect(
      unknown(inner(attacked.wallet.addresses.vault, getApproveInstruction({ source, delegate: other, owner: sender(), amount: 1n }))),
    ).not.toEqual([]);
    const batch = { programAddress: kitAddress(address('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA')), data: Uint8Array.of(255, 3, 9) };
    expect(
      unknown(
        inner(attacked.wallet.addresses.vault, {
          ...batch,
          accounts: [{ address: kitAddress(attacked.wallet.addresses.vault), role: AccountRole.WRITABLE_SIGNER }],
        }),
      ),
    ).not.toEqual([]);
    const checked = getTransferCheckedInstruction({ ...token, mint: kitAddress(mint), decimals: 6 });
    expect(unknown(inner(attacked.wallet.addresses.vault, checked))).toEqual([]);
    expect(
      unknown(
        inner(
          attacked.wallet.addresses.vault,
          withData(checked, (bytes) => [...bytes, 0]),
        ),
      ),
    ).not.toEqual([]);
    const elsewhere = getTransferCheckedInstruction({ ...token, source: other, destination: source, mint: kitAddress(mint), decimals: 6 });
    expect(unknown(inner(attacked.wallet.addresses.vault, elsewhere))).not.toEqual([]);
  });
  test('system calls other than a transfer', () => {
    for (const tag of [0, 1, 3, 8, 11])
      expect(
        unknown(
          inner(
            attacked.wallet.addresses.vault,
            withData(transfer(), ([, ...rest]) => [tag, ...rest]),
          ),
        ),
      ).not.toEqual([]);
    expect(
      unknown(
        inner(
          attacked.wallet.addresses.vault,
          withData(transfer(), (bytes) => [...bytes, 0]),
        ),
      ),
    ).not.toEqual([]);
  });
  test("another vault's funds", async () => {
    const second = await vaultAddress(attacked.wallet.addresses.multisig, 1);
    const from = createNoopSigner(kitAddress(second));
    expect(unknown(inner(second, getTransferSolInstruction({ source: from, destination: kitAddress(recipient), amount: 5n })))).not.toEqual(
      [],
    );
  });
  test('a second signer inside', () => {
    const from = createNoopSigner(kitAddress(attacked.wallet.addresses.feeAccount));
    expect(
      unknown(
        inner(attacked.wallet.addresses.vault, getTransferSolInstruction({ source: from, destination: kitAddress(recipient), amount: 5n })),
      ),
    ).not.toEqual([]);
  });
  test('an unknown program, nothing at all, and every truncation or added byte', () => {
    const called = inner(attacked.wallet.addresses.vault, { programAddress: kitAddress(mallory), data: Uint8Array.of(7) });
    expect(effectsOf(called, step(1)).filter(({ kind }) => kind === 'program_call')).toMatchObject([{ program: mallory, data: '07' }]);
    expect(unknown(inner(attacked.wallet.addresses.vault))).not.toEqual([]);
    const { bytes } = compileVaultMessage(attacked.wallet.addresses.vault, [transfer()]);
    for (let length = 0; length < bytes.length; length += 1) expect(unknown(createWith(bytes.subarray(0, length)))).not.toEqual([]);
    expect(unknown(createWith(Uint8Array.from([...bytes, 0])))).not.toEqual([]);
  });
});
