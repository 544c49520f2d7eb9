import { type Address, type Effect, UNASSOCIATED_ACCOUNT } from '@countersign/core';
import type { Instruction } from '@solana/kit';
import * as spl from '@solana/spl-token';
import { beforeAll, describe, expect, test } from 'vitest';
import { kitAddress } from '../../build/kit-address.ts';
import { testKey } from '../../test-support/test-key.ts';
import { NATIVE_MINT, SYSTEM, TOKEN } from '../addresses/programs.ts';
import { tokenAccountOf } from '../addresses/token-account-of.ts';
import { byHand, type CallWorld, mallory, recipient } from '../test-support/call-world.ts';
import { mintAccount, tokenAccount } from '../test-support/chain-accounts.ts';
import { destination, key, mint, of, outflowOf, stray, type TokenWorld, tokenWorld } from '../test-support/token-world.ts';

let given: TokenWorld;
let world: CallWorld;
let vault: Address;
let source: Address;
beforeAll(async () => {
  given = await tokenWorld('token accounts');
  ({ world, vault, source } = given);
});

const outflow = (): object => outflowOf(given);

describe('INVARIANT I5: token accounts are what the chain says', () => {
  const send = (from: Address, to: Address, decimals = 6, of_ = mint): Instruction =>
    of(spl.createTransferCheckedInstruction(key(from), key(of_), key(to), key(vault), 5n, decimals));
  test('wrong decimals, wrong mint, a mint that does not exist, a mint of another program', () => {
    expect(world.unknowns(send(source, destination, 9))).toEqual([expect.stringContaining('which has 6')]);
    expect(world.unknowns(send(source, destination, 9, NATIVE_MINT))).toEqual([expect.stringContaining('states mint')]);
    expect(world.unknowns(send(source, destination, 6, mallory))).not.toEqual([]);
    const other = testKey('other mint').address;
    const held = testKey('other held').address;
    world.chain.set(held, tokenAccount({ mint: other, owner: vault })).set(other, { ...mintAccount({ decimals: 6 }), owner: mallory });
    expect(world.unknowns(send(held, tokenAccountOf(recipient, other, TOKEN), 6, other))).toEqual([
      expect.stringContaining(`belongs to program ${mallory}`),
    ]);
  });
  test("somebody else's account, even with the vault as delegate", () => {
    expect(world.unknowns(send(stray, destination))).toEqual([expect.stringContaining("not the vault's")]);
    world.chain.set(stray, tokenAccount({ mint, owner: mallory, delegate: vault }));
    expect(world.unknowns(send(stray, destination))).toHaveLength(1);
  });
  test('an associated account that was given away', () => {
    world.chain.set(destination, tokenAccount({ mint, owner: mallory }));
    expect(world.effects(send(source, destination))).toMatchObject([
      { destination: mallory, hazards: [expect.stringContaining(`derives from ${recipient}`)] },
    ]);
    world.chain.set(destination, tokenAccount({ mint, owner: recipient }));
    world.chain.set(source, tokenAccount({ mint, owner: mallory }));
    expect(world.unknowns(send(source, destination))).toHaveLength(1);
    world.chain.set(source, tokenAccount({ mint, owner: vault, amount: 1_000n }));
  });
  test('an account that is not the associated one, a frozen one, one of another mint, none at all', () => {
    world.chain.set(stray, tokenAccount({ mint, owner: recipient }));
    expect(world.effects(send(source, stray))).toMatchObject([{ destination: recipient, hazards: [UNASSOCIATED_ACCOUNT] }]);
    world.chain.set(destination, tokenAccount({ mint, owner: recipient, frozen: true }));
    expect(world.effects(send(source, destination))).toMatchObject([{ hazards: [expect.stringContaining('frozen')] }]);
    world.chain.set(destination, tokenAccount({ mint: NATIVE_MINT, owner: recipient }));
    expect(world.unknowns(send(source, destination))).toHaveLength(1);
    world.chain.delete(destination);
    expect(world.effects(send(source, destination))).toMatchObject([{ destination: recipient, hazards: [] }]);
    expect(world.effects(send(source, testKey('nothing there').address))).toMatchObject([{ destination: null }]);
    world.chain.set(destination, { owner: SYSTEM, lamports: 5n, data: new Uint8Array(), executable: false });
    expect(world.effects(send(source, destination))).toMatchObject([{ destination: recipient, hazards: [] }]);
    world.chain.set(destination, { owner: mallory, lamports: 5n, data: new Uint8Array(165), executable: false });
    expect(world.unknowns(send(source, destination))).toHaveLength(1);
    world.chain.set(destination, tokenAccount({ mint, owner: recipient }));
  });
  test('a multisig as owner, and more signers than the vault', () => {
    const signed = spl.createTransferInstruction(key(source), key(destination), key(mallory), 5n, [key(vault)]);
    expect(world.unknowns(of(signed))).toHaveLength(1);
    const more = {
      ...send(source, destination),
      accounts: [...(send(source, destination).accounts ?? []), { address: kitAddress(mallory), role: 0 }],
    };
    expect(world.unknowns(more)).toEqual([expect.stringContaining('multisig')]);
  });
  test('its own other account is no outflow', () => {
    world.chain.set(stray, tokenAccount({ mint, owner: vault }));
    expect(world.effects(send(source, stray))).toMatchObject([{ kind: 'own_move', amount: 5n, from: source, to: stray }]);
    world.chain.set(stray, tokenAccount({ mint, owner: mallory }));
  });
});

describe('Batch (SIMD-0266)', () => {
  const batch = (...instructions: readonly Instruction[]): Instruction => ({
    programAddress: kitAddress(TOKEN),
    accounts: instructions.flatMap(({ accounts = [] }) => [...accounts]),
    data: Uint8Array.from([
      255,
      ...instructions.flatMap(({ accounts = [], data = new Uint8Array() }) => [accounts.length, data.length, ...data]),
    ]),
  });
  const pay = (): Instruction => of(spl.createTransferInstruction(key(source), key(destination), key(vault), 5n));
  const give = (): Instruction => of(spl.createSetAuthorityInstruction(key(source), key(vault), 2, key(mallory)));
  test('is all that is in it', () => {
    expect(world.effects(batch(pay(), give(), pay())).map(({ kind }) => kind)).toEqual([
      'asset_outflow',
      'authority_change',
      'asset_outflow',
    ]);
  });
  test('INVARIANT I5: empty, nested, cut off, with bytes or accounts left over, or with anything unknown it is unknown', () => {
    const honest = batch(pay(), pay());
    const { data = new Uint8Array(), accounts = [] } = honest;
    const odd: readonly Instruction[] = [
      { ...honest, data: Uint8Array.of(255) },
      batch(batch(pay())),
      { ...honest, accounts: [...accounts, { address: kitAddress(mallory), role: 0 }] },
      { ...honest, accounts: accounts.slice(0, -1) },
      batch(pay(), { ...pay(), data: new Uint8Array() }),
      batch(pay(), { ...pay(), data: Uint8Array.of(99) }),
      ...Array.from({ length: data.length - 1 }, (_, length) => ({ ...honest, data: Uint8Array.from(data.slice(0, length + 1)) })),
      ...[0, 1, 255].map((byte) => ({ ...honest, data: Uint8Array.from([...data, byte]) })),
    ];
    for (const each of odd) expect(world.effects(each).map(({ kind }) => kind)).toEqual(['unknown']);
  });
  test('called by a program', () => {
    expect(world.inner(batch(pay(), give())).map(({ kind }) => kind)).toEqual(['asset_outflow', 'authority_change']);
    const theirs = of(spl.createTransferInstruction(key(stray), key(source), key(mallory), 5n));
    expect(world.inner(batch(theirs, theirs)).map(({ kind }) => kind)).toEqual(['foreign', 'foreign']);
    expect(world.inner(batch(theirs, pay())).map(({ kind }) => kind)).toEqual(['foreign', 'asset_outflow']);
  });
});

describe('Token instructions that programs call', () => {
  const inner = (instruction: Instruction): readonly Effect[] => world.inner(instruction);
  test('out of the vault whoever signs, into the vault, among others', () => {
    const move = (from: Address, to: Address, by: Address): Instruction =>
      of(spl.createTransferCheckedInstruction(key(from), key(mint), key(to), key(by), 5n, 6));
    expect(inner(move(source, destination, vault))).toMatchObject([outflow()]);
    expect(inner(move(source, destination, mallory))).toMatchObject([outflow()]);
    expect(inner(move(stray, source, mallory))).toMatchObject([{ kind: 'foreign' }]);
    expect(inner(move(stray, destination, vault))).toMatchObject([{ kind: 'unknown' }]);
    expect(inner(move(stray, destination, world.context.addresses.agent))).toMatchObject([{ kind: 'unknown' }]);
    expect(inner(move(testKey('unread').address, testKey('nobody').address, mallory))).toMatchObject([{ kind: 'unknown' }]);
  });
  test("control over the vault's accounts and over others'", () => {
    const give = (account: Address, by: Address): Instruction =>
      of(spl.createSetAuthorityInstruction(key(account), key(by), 2, key(mallory)));
    expect(inner(give(source, vault))).toMatchObject([{ kind: 'authority_change', account: source }]);
    expect(inner(give(stray, mallory))).toMatchObject([{ kind: 'foreign' }]);
    expect(inner(of(spl.createApproveInstruction(key(source), key(mallory), key(vault), 5n)))).toMatchObject([
      { kind: 'delegate_approval' },
    ]);
    expect(inner(of(spl.createApproveInstruction(key(stray), key(recipient), key(mallory), 5n)))).toMatchObject([{ kind: 'foreign' }]);
    expect(inner(of(spl.createCloseAccountInstruction(key(stray), key(mallory), key(mallory))))).toMatchObject([{ kind: 'foreign' }]);
    expect(inner(of(spl.createBurnInstruction(key(source), key(mint), key(vault), 5n)))).toMatchObject([{ kind: 'burn' }]);
    expect(inner(of(spl.createMintToInstruction(key(mint), key(source), key(mallory), 5n)))).toMatchObject([{ kind: 'foreign' }]);
    expect(inner(of(spl.createMintToInstruction(key(mint), key(source), key(vault), 5n)))).toMatchObject([{ kind: 'unknown' }]);
  });
  test('accounts that begin', () => {
    const fresh = testKey('fresh account').address;
    expect(inner(of(spl.createInitializeAccount3Instruction(key(fresh), key(mint), key(mallory))))).toMatchObject([{ kind: 'foreign' }]);
    expect(inner(of(spl.createInitializeImmutableOwnerInstruction(key(fresh), spl.TOKEN_PROGRAM_ID)))).toMatchObject([{ kind: 'foreign' }]);
    expect(inner(byHand(TOKEN, [['-', mint]], [21]))).toMatchObject([{ kind: 'foreign' }]);
  });
});
