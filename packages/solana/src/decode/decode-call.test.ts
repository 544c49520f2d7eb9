import { type Address, NATIVE_ASSET, tokenAsset } from '@countersign/core';
import type { Instruction } from '@solana/kit';
import * as spl from '@solana/spl-token';
import { PublicKey, SystemProgram } from '@solana/web3.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { compileMessage } from '../build/compile-message.ts';
import { testKey } from '../test-support/test-key.ts';
import { NO_FACTS } from './account-facts.ts';
import { accountsToRead } from './accounts-to-read.ts';
import { COMPUTE_BUDGET, MEMO, NATIVE_MINT, SYSTEM, TOKEN } from './addresses/programs.ts';
import { tokenAccountOf } from './addresses/token-account-of.ts';
import { decodeCall } from './decode-call.ts';
import { decodeMessage } from './decode-message.ts';
import {
  blockhash,
  byHand,
  type CallWorld,
  callWorld,
  kitInstruction,
  mallory,
  recipient,
  SLOT,
  u32,
  u64,
} from './test-support/call-world.ts';
import { mintAccount, tokenAccount } from './test-support/chain-accounts.ts';

let world: CallWorld;
let vault: Address;
let source: Address;
const mint = testKey('call mint').address;
const exchange = testKey('an exchange').address;
const destination = tokenAccountOf(recipient, mint, TOKEN);
const key = (text: Address): PublicKey => new PublicKey(text);

beforeAll(async () => {
  world = await callWorld('calls');
  vault = world.vault;
  source = tokenAccountOf(vault, mint, TOKEN);
  world.chain
    .set(mint, mintAccount({ decimals: 6 }))
    .set(source, tokenAccount({ mint, owner: vault }))
    .set(NATIVE_MINT, mintAccount({ decimals: 9 }));
});

const sol = (to: Address = recipient): Instruction =>
  kitInstruction(SystemProgram.transfer({ fromPubkey: key(vault), toPubkey: key(to), lamports: 5n }));
const tokens = (to: Address = destination): Instruction =>
  kitInstruction(spl.createTransferCheckedInstruction(key(source), key(mint), key(to), key(vault), 7n, 6));
const opened = (owner: Address = recipient): Instruction =>
  kitInstruction(
    spl.createAssociatedTokenAccountIdempotentInstruction(key(vault), key(tokenAccountOf(owner, mint, TOKEN)), key(owner), key(mint)),
  );
const memo = (): Instruction => byHand(MEMO, [], Buffer.from('order 7'));
const units = (): Instruction => byHand(COMPUTE_BUDGET, [], [2, ...u32(100_000)]);
const price = (): Instruction => byHand(COMPUTE_BUDGET, [], [3, ...u64(1_000_000n)]);

describe('a call that is a payment', () => {
  test.each<[string, () => readonly Instruction[], object]>([
    ['SOL', () => [sol()], { asset: NATIVE_ASSET, amount: 5n, memo: null }],
    ['SOL with a memo and compute budget', () => [units(), price(), sol(), memo()], { amount: 5n, memo: 'order 7' }],
    ['a token', () => [tokens()], { asset: tokenAsset(mint), amount: 7n, memo: null }],
    ['a token with the account it goes to', () => [opened(), tokens(), memo()], { amount: 7n, memo: 'order 7' }],
  ])('%s', (_, instructions, expected) => {
    const { payment, effects } = world.call(world.message(...instructions()));
    expect(payment).toMatchObject({ recipient, ...expected });
    expect(effects.map(({ kind }) => kind)).not.toContain('unknown');
  });
  test('its fee is the fee account’s, and compute budget is not among what the vault does', () => {
    const { effects, instructions } = world.call(world.message(units(), price(), sol()));
    expect(effects[0]).toEqual({ kind: 'fee', instruction: null, payer: world.context.addresses.feeAccount, amountLamports: 105_000n });
    expect(instructions).toEqual([
      {
        program: SYSTEM,
        accounts: [
          { address: vault, signer: true, writable: true },
          { address: recipient, signer: false, writable: true },
        ],
        data: Uint8Array.from([...u32(2), ...u64(5n)]),
      },
    ]);
  });
});

describe('a call that is no payment', () => {
  test.each<[string, () => readonly Instruction[]]>([
    ['two outflows', () => [sol(), sol()]],
    ['two memos', () => [sol(), memo(), memo()]],
    ['an account for somebody else', () => [opened(mallory), tokens()]],
    ['an account beside SOL', () => [opened(), sol()]],
    [
      'an outflow and a delegate',
      () => [tokens(), kitInstruction(spl.createApproveInstruction(key(source), key(mallory), key(vault), 5n))],
    ],
    ['only a memo', () => [memo()]],
    ['its own wrapped SOL', () => [sol(tokenAccountOf(vault, NATIVE_MINT, TOKEN))]],
    [
      'nothing',
      () => [
        byHand(
          SYSTEM,
          [
            ['ws', vault],
            ['w', recipient],
          ],
          [...u32(2), ...u64(0n)],
        ),
      ],
    ],
    ['a call of a program', () => [byHand(exchange, [['s', vault]], [1])]],
  ])('%s', (_, instructions) => {
    expect(world.call(world.message(...instructions())).payment).toBeNull();
  });
  test('wrapped SOL', () => {
    const wrapped = tokenAccountOf(vault, NATIVE_MINT, TOKEN);
    const theirs = tokenAccountOf(recipient, NATIVE_MINT, TOKEN);
    world.chain
      .set(wrapped, tokenAccount({ mint: NATIVE_MINT, owner: vault, native: true }))
      .set(theirs, tokenAccount({ mint: NATIVE_MINT, owner: recipient, native: true }));
    const paid = kitInstruction(spl.createTransferCheckedInstruction(key(wrapped), key(NATIVE_MINT), key(theirs), key(vault), 5n, 9));
    expect(world.call(world.message(paid))).toMatchObject({
      payment: null,
      effects: [{ kind: 'fee' }, { kind: 'asset_outflow', asset: NATIVE_MINT, amount: 5n, hazards: [] }],
    });
    const wrap = [sol(wrapped), kitInstruction(spl.createSyncNativeInstruction(key(wrapped))), paid];
    expect(world.effects(...wrap).map(({ kind }) => kind)).toEqual(['own_move', 'asset_outflow']);
  });
});

describe('a call of a program that is not known', () => {
  test('says what it is given, and which accounts are the vault’s', () => {
    const mine = testKey('my second account').address;
    world.chain.set(mine, tokenAccount({ mint, owner: vault })).set(destination, tokenAccount({ mint, owner: recipient }));
    const call = byHand(
      exchange,
      [
        ['ws', vault],
        ['w', source],
        ['w', mine],
        ['w', destination],
        ['-', TOKEN],
      ],
      [9, 0xab],
    );
    expect(world.effects(call)).toEqual([
      {
        kind: 'program_call',
        instruction: 0,
        program: exchange,
        data: '09ab',
        accounts: [
          { address: vault, signer: true, writable: true, role: 'vault' },
          { address: source, signer: false, writable: true, role: 'own_token_account' },
          { address: mine, signer: false, writable: true, role: 'own_token_account' },
          { address: destination, signer: false, writable: true, role: 'other' },
          { address: TOKEN, signer: false, writable: false, role: 'other' },
        ],
      },
    ]);
    world.chain.delete(destination);
  });
  test('an account that it opens for the vault in the same message is the vault’s, one that was given away is not', () => {
    const account = tokenAccountOf(vault, testKey('another call mint').address, TOKEN);
    const open = kitInstruction(
      spl.createAssociatedTokenAccountInstruction(key(vault), key(account), key(vault), key(testKey('another call mint').address)),
    );
    const call = byHand(
      exchange,
      [
        ['s', vault],
        ['w', account],
      ],
      [],
    );
    expect(world.effects(open, call)[1]).toMatchObject({ accounts: [{}, { role: 'own_token_account' }] });
    world.chain.set(account, tokenAccount({ mint, owner: mallory }));
    expect(world.effects(call)).toMatchObject([{ accounts: [{}, { role: 'other' }] }]);
  });
});

describe('INVARIANT I5: a message that the vault should not execute', () => {
  const compiled = (payer: Address, ...instructions: readonly Instruction[]): Uint8Array =>
    compileMessage(payer, instructions, { blockhash, lastValidBlockHeight: 1n }).bytes;
  const unknowns = (bytes: Uint8Array): readonly string[] =>
    world.call(bytes).effects.flatMap((effect) => (effect.kind === 'unknown' ? [effect.reason] : []));
  test('bytes that are no message are one unknown effect', () => {
    for (const bytes of [new Uint8Array(), Uint8Array.of(1, 2, 3), new Uint8Array(300), Uint8Array.of(0x82)])
      expect(world.call(bytes)).toEqual({
        effects: [{ kind: 'unknown', instruction: null, program: null, reason: expect.any(String) }],
        pins: [],
        payment: null,
        instructions: [],
      });
  });
  test('paid by the agent, by a stranger, by nobody who should', () => {
    expect(unknowns(compiled(mallory, sol()))).toEqual([expect.stringContaining('not by the vault'), expect.stringContaining('signature')]);
    expect(unknowns(compiled(world.context.addresses.agent, sol())).length).toBeGreaterThan(0);
  });
  test('a second signer', () => {
    expect(unknowns(compiled(vault, sol(), byHand(exchange, [['s', mallory]], [])))).toEqual([
      expect.stringContaining(`signature of ${mallory}`),
    ]);
  });
  test('no instruction, only compute budget, a key that nothing uses', () => {
    expect(unknowns(compiled(vault))).toEqual([expect.stringContaining('no instruction'), expect.stringContaining('does nothing')]);
    expect(unknowns(compiled(vault, units()))).toEqual([expect.stringContaining('does nothing')]);
    expect(unknowns(compiled(vault, units(), units(), sol()))).toEqual([expect.stringContaining('again')]);
  });
  test('Squads itself', () => {
    const squads = 'SQDS4ep65T869zMMBKyuUq6aD6EgTu8psMjkvj52pCf' as Address;
    expect(unknowns(compiled(vault, byHand(squads, [['s', vault]], new Array<number>(8).fill(1))))).toEqual([
      expect.stringContaining('Squads'),
    ]);
  });
  test('account data that nobody read is unknown, also when some was', () => {
    const bytes = world.message(tokens());
    for (const facts of [NO_FACTS, { slot: SLOT, accounts: new Map([[source, tokenAccount({ mint, owner: vault })]]) }]) {
      const { effects, payment } = decodeCall(bytes, world.context, facts);
      expect(payment).toBeNull();
      expect(effects).toContainEqual(expect.objectContaining({ kind: 'unknown', reason: expect.stringContaining('was not read') }));
    }
    expect(decodeCall(world.message(sol()), world.context, NO_FACTS).payment).not.toBeNull();
  });
  test('another vault than the multisig’s', () => {
    const lied = { ...world.context, addresses: { ...world.context.addresses, vault: mallory } };
    expect(decodeCall(world.message(sol()), lied, NO_FACTS).effects.map(({ kind }) => kind)).toContain('unknown');
  });
});

describe('what decoding needs from the chain', () => {
  test('SOL nothing; tokens their accounts and then their mint; bytes that are no message nothing', () => {
    expect(accountsToRead(world.message(sol()), world.context, NO_FACTS)).toEqual([]);
    expect([...accountsToRead(world.message(tokens()), world.context, NO_FACTS)].sort()).toEqual([source, destination, mint].sort());
    const legacy = kitInstruction(spl.createTransferInstruction(key(source), key(destination), key(vault), 7n));
    expect(accountsToRead(world.message(legacy), world.context, NO_FACTS)).toEqual([source]);
    expect([...world.factsFor(world.message(legacy)).accounts.keys()].sort()).toEqual([source, destination, mint].sort());
    expect(accountsToRead(new Uint8Array(3), world.context, NO_FACTS)).toEqual([]);
  });
  test('a message of the service with some of its facts missing is unknown, with none it is taken at its word', () => {
    const outer = compileMessage(world.context.addresses.feeAccount, [memo()], { blockhash, lastValidBlockHeight: 1n }).bytes;
    expect(decodeMessage(outer, world.context, NO_FACTS)).toMatchObject({ ok: true, value: [{ kind: 'fee' }, { kind: 'memo' }] });
  });
});
