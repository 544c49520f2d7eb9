import type { Address } from '@countersign/core';
import type { Instruction } from '@solana/kit';
import * as spl from '@solana/spl-token';
import { PublicKey } from '@solana/web3.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { withAccount, withData } from '../../test-support/attacked-wallet.ts';
import { testKey } from '../../test-support/test-key.ts';
import { TOKEN, TOKEN_2022 } from '../addresses/programs.ts';
import { tokenAccountOf } from '../addresses/token-account-of.ts';
import { type CallWorld, callWorld, kitInstruction, mallory, recipient } from '../test-support/call-world.ts';
import { mintAccount, tokenAccount } from '../test-support/chain-accounts.ts';

let world: CallWorld;
let vault: Address;
const mint = testKey('ata mint').address;
const key = (text: Address): PublicKey => new PublicKey(text);

beforeAll(async () => {
  world = await callWorld('associated token');
  vault = world.vault;
  world.chain.set(mint, mintAccount({ decimals: 6 }));
});

const create = (payer: Address, owner: Address, program = TOKEN): Instruction =>
  kitInstruction(
    spl.createAssociatedTokenAccountIdempotentInstruction(
      key(payer),
      key(tokenAccountOf(owner, mint, program)),
      key(owner),
      key(mint),
      key(program),
    ),
  );

describe('associated token accounts', () => {
  test('Create, CreateIdempotent, and the old form with the rent', () => {
    const expected = {
      kind: 'account_creation',
      payer: vault,
      owner: recipient,
      account: tokenAccountOf(recipient, mint, TOKEN),
      maximumRentLamports: 2_039_280n,
    };
    expect(world.effects(create(vault, recipient))).toMatchObject([expected]);
    for (const data of [[], [0], [1]]) expect(world.effects(withData(create(vault, recipient), () => data))).toMatchObject([expected]);
    const old = create(vault, recipient);
    const rent = {
      address: 'SysvarRent111111111111111111111111111111111' as NonNullable<Instruction['accounts']>[number]['address'],
      role: 0,
    };
    expect(world.effects({ ...old, accounts: [...(old.accounts ?? []), rent] })).toMatchObject([expected]);
  });
  test('of Token-2022 it costs more', () => {
    expect(world.effects(create(vault, recipient, TOKEN_2022))).toMatchObject([
      { kind: 'account_creation', maximumRentLamports: 2_248_080n },
    ]);
  });
  test('INVARIANT I5: other numbers, bytes more, and every account swapped are unknown', () => {
    for (const data of [[3], [255], [0, 0], [1, 1], [2]])
      expect(world.unknowns(withData(create(vault, recipient), () => data))).toHaveLength(1);
    for (const index of [0, 1, 2, 3, 4, 5])
      expect(world.unknowns(withAccount(create(vault, recipient), index, mallory)).length).toBeGreaterThan(0);
  });
  test('then tokens sent there are the owner’s', () => {
    const source = tokenAccountOf(vault, mint, TOKEN);
    world.chain.set(source, tokenAccount({ mint, owner: vault }));
    const to = tokenAccountOf(mallory, mint, TOKEN);
    const send = kitInstruction(spl.createTransferInstruction(key(source), key(to), key(vault), 5n));
    expect(world.effects(send)).toMatchObject([{ destination: null }]);
    expect(world.effects(create(vault, mallory), send)).toMatchObject([
      { kind: 'account_creation' },
      { destination: mallory, destinationAccount: to },
    ]);
  });
  test('called by a program: paid by the wallet or by others', () => {
    expect(world.inner(create(world.context.addresses.feeAccount, recipient))).toMatchObject([{ kind: 'account_creation' }]);
    expect(world.inner(create(mallory, recipient))).toMatchObject([{ kind: 'foreign' }]);
  });
  test('RecoverNested brings home what lies in an account of an account', () => {
    const holder = tokenAccountOf(vault, mint, TOKEN);
    const nested = tokenAccountOf(holder, mint, TOKEN);
    world.chain.set(holder, tokenAccount({ mint, owner: vault })).set(nested, tokenAccount({ mint, owner: holder, amount: 9n }));
    const recover = kitInstruction(
      spl.createRecoverNestedInstruction(key(nested), key(mint), key(holder), key(holder), key(mint), key(vault)),
    );
    expect(world.effects(recover)).toMatchObject([
      { kind: 'own_move', amount: 9n, from: nested, to: holder },
      { kind: 'account_closing', account: nested, destination: vault, amountLamports: 2_039_280n },
    ]);
    for (const index of [0, 1, 2, 3, 4, 5, 6]) expect(world.unknowns(withAccount(recover, index, mallory)).length).toBeGreaterThan(0);
    world.chain.delete(nested);
    expect(world.unknowns(recover)).toEqual([expect.stringContaining('balance')]);
  });
});
