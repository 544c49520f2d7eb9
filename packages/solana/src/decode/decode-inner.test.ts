import type { Address, Effect } from '@countersign/core';
import type { Instruction } from '@solana/kit';
import * as spl from '@solana/spl-token';
import { PublicKey, SystemProgram } from '@solana/web3.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { testKey } from '../test-support/test-key.ts';
import { NO_FACTS } from './account-facts.ts';
import { COMPUTE_BUDGET, SQUADS, TOKEN } from './addresses/programs.ts';
import { tokenAccountOf } from './addresses/token-account-of.ts';
import { decodeInner } from './decode-inner.ts';
import { byHand, type CallWorld, callWorld, kitInstruction, mallory, u32 } from './test-support/call-world.ts';
import { mintAccount, tokenAccount } from './test-support/chain-accounts.ts';

let world: CallWorld;
let vault: Address;
const mint = testKey('inner mint').address;
const pool = testKey('pool authority').address;
const poolTokens = testKey('pool tokens').address;
const key = (text: Address): PublicKey => new PublicKey(text);
const kinds = (...instructions: readonly Instruction[]): readonly string[] =>
  instructions.flatMap((each) => world.inner(each).map(({ kind }) => kind));

beforeAll(async () => {
  world = await callWorld('inner');
  vault = world.vault;
  world.chain.set(mint, mintAccount({ decimals: 6 })).set(poolTokens, tokenAccount({ mint, owner: pool }));
});

describe('what programs do when a call runs', () => {
  test('an exchange that opens the account it pays into costs what it takes, and nothing else is ours', () => {
    const account = tokenAccountOf(vault, mint, TOKEN);
    // As a simulation tells it: what is new is known by what it has become.
    world.chain.set(account, tokenAccount({ mint, owner: vault, amount: 9n }));
    const rent = SystemProgram.createAccount({
      fromPubkey: key(mallory),
      newAccountPubkey: key(account),
      lamports: 2_039_280,
      space: 165,
      programId: key(TOKEN),
    });
    expect(
      kinds(
        byHand(TOKEN, [['-', mint]], [21, 7, 0]),
        kitInstruction(rent),
        kitInstruction(SystemProgram.allocate({ accountPubkey: key(account), space: 165 })),
        kitInstruction(SystemProgram.assign({ accountPubkey: key(account), programId: key(TOKEN) })),
        kitInstruction(spl.createInitializeImmutableOwnerInstruction(key(account), spl.TOKEN_PROGRAM_ID)),
        kitInstruction(spl.createInitializeAccount3Instruction(key(account), key(mint), key(vault))),
        kitInstruction(spl.createTransferCheckedInstruction(key(poolTokens), key(mint), key(account), key(pool), 9n, 6)),
        kitInstruction(SystemProgram.transfer({ fromPubkey: key(pool), toPubkey: key(vault), lamports: 5 })),
        byHand(COMPUTE_BUDGET, [], [2, ...u32(5)]),
      ),
    ).toEqual(new Array<string>(9).fill('foreign'));
    const paid = kitInstruction(SystemProgram.transfer({ fromPubkey: key(vault), toPubkey: key(pool), lamports: 5 }));
    expect(world.inner(paid)).toMatchObject([{ kind: 'asset_outflow', amount: 5n, destination: pool }]);
  });
  test('INVARIANT I5: a program that is not understood is unknown and named, and so is Squads called by a program', () => {
    for (const program of [mallory, SQUADS])
      expect(world.inner(byHand(program, [['s', vault]], [1, 2, 3, 4, 5, 6, 7, 8]))).toMatchObject([
        { kind: 'unknown', program, instruction: 0 },
      ]);
  });
  test('INVARIANT I5: what token programs do to an account that nobody read is unknown', () => {
    const unread = testKey('unread account').address;
    const by = key(mallory);
    for (const { programId, keys, data } of [
      spl.createFreezeAccountInstruction(key(unread), key(mint), by),
      spl.createSetAuthorityInstruction(key(unread), by, 2, by),
      spl.createTransferInstruction(key(unread), key(poolTokens), by, 5n),
      spl.createEnableCpiGuardInstruction(key(unread), by, [], spl.TOKEN_2022_PROGRAM_ID),
    ]) {
      const named = keys.map(({ pubkey }) => pubkey.toBase58() as Address);
      expect(decodeInner(programId.toBase58() as Address, named, data, world.context, NO_FACTS)).toMatchObject([{ kind: 'unknown' }]);
    }
  });
  test('INVARIANT I5: a hidden drain in every form shows', () => {
    const account = tokenAccountOf(vault, mint, TOKEN);
    world.chain.set(account, tokenAccount({ mint, owner: vault, amount: 9n, delegate: mallory }));
    const forms: readonly (readonly [Instruction, Effect['kind']])[] = [
      [kitInstruction(SystemProgram.transfer({ fromPubkey: key(vault), toPubkey: key(mallory), lamports: 5 })), 'asset_outflow'],
      [kitInstruction(spl.createTransferInstruction(key(account), key(poolTokens), key(mallory), 5n)), 'asset_outflow'],
      [kitInstruction(spl.createTransferInstruction(key(account), key(poolTokens), key(vault), 5n)), 'asset_outflow'],
      [kitInstruction(spl.createApproveInstruction(key(account), key(mallory), key(vault), 5n)), 'delegate_approval'],
      [kitInstruction(spl.createSetAuthorityInstruction(key(account), key(vault), 3, key(mallory))), 'authority_change'],
      [kitInstruction(spl.createBurnInstruction(key(account), key(mint), key(vault), 5n)), 'burn'],
      [kitInstruction(spl.createCloseAccountInstruction(key(account), key(mallory), key(vault))), 'account_closing'],
      [kitInstruction(SystemProgram.assign({ accountPubkey: key(vault), programId: key(mallory) })), 'authority_change'],
      [kitInstruction(spl.createFreezeAccountInstruction(key(account), key(mint), key(mallory))), 'unknown'],
    ];
    for (const [instruction, kind] of forms) expect(kinds(instruction)).toEqual([kind]);
  });
});

describe('INVARIANT I5: an account of the vault that somebody else can empty is not its own', () => {
  test('tokens and wrapped SOL that move there', () => {
    const from = tokenAccountOf(vault, mint, TOKEN);
    const shared = testKey('shared account').address;
    world.chain.set(from, tokenAccount({ mint, owner: vault, amount: 9n }));
    const move = kitInstruction(spl.createTransferCheckedInstruction(key(from), key(mint), key(shared), key(vault), 5n, 6));
    for (const over of [{ delegate: mallory }, { closeAuthority: mallory }]) {
      world.chain.set(shared, tokenAccount({ mint, owner: vault, ...over }));
      expect(world.unknowns(move)).toEqual([expect.stringContaining(mallory)]);
    }
    world.chain.set(shared, tokenAccount({ mint, owner: vault, closeAuthority: vault }));
    expect(world.effects(move)).toMatchObject([{ kind: 'own_move' }]);
    const native = 'So11111111111111111111111111111111111111112' as Address;
    const wrapped = tokenAccountOf(vault, native, TOKEN);
    world.chain.set(wrapped, tokenAccount({ mint: native, owner: vault, native: true, closeAuthority: mallory }));
    const wrap = kitInstruction(SystemProgram.transfer({ fromPubkey: key(vault), toPubkey: key(wrapped), lamports: 5 }));
    expect(world.unknowns(wrap)).toEqual([expect.stringContaining(mallory)]);
  });
  test('a multisig that looks like a token account of the vault is none', () => {
    const fake = testKey('fake account').address;
    const data = new Uint8Array(355).fill(1);
    data.set(world.chain.get(tokenAccountOf(vault, mint, TOKEN))?.data.subarray(32, 64) ?? [], 32);
    world.chain.set(fake, { owner: TOKEN, lamports: 1n, data, executable: false });
    expect(world.effects(byHand(mallory, [['w', fake]], []))).toMatchObject([{ kind: 'program_call', accounts: [{ role: 'other' }] }]);
  });
});
