import { type Address, address, type Effect, NATIVE_ASSET } from '@countersign/core';
import type { Instruction } from '@solana/kit';
import { NONCE_ACCOUNT_LENGTH, PublicKey, SystemProgram } from '@solana/web3.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { kitAddress } from '../../build/kit-address.ts';
import { testKey } from '../../test-support/test-key.ts';
import { NATIVE_MINT, SYSTEM, TOKEN } from '../addresses/programs.ts';
import { seededAddress } from '../addresses/seeded-address.ts';
import { tokenAccountOf } from '../addresses/token-account-of.ts';
import { byHand, type CallWorld, callWorld, kitInstruction, mallory, recipient, u32, u64 } from '../test-support/call-world.ts';
import { bytesOf, mintAccount, tokenAccount } from '../test-support/chain-accounts.ts';

let world: CallWorld;
let vault: Address;
const key = (text: Address): PublicKey => new PublicKey(text);
const program = testKey('a program').address;
const nonce = testKey('a nonce account').address;
const seeded = (seed: string): Address => seededAddress(vault, Buffer.from(seed), program);

beforeAll(async () => {
  world = await callWorld('system');
  vault = world.vault;
});

/** Bytes by web3.js where it has them. */
const cases: readonly (readonly [string, () => Instruction, () => readonly object[]])[] = [
  [
    'Transfer',
    () => kitInstruction(SystemProgram.transfer({ fromPubkey: key(vault), toPubkey: key(recipient), lamports: 5n })),
    () => [
      { kind: 'asset_outflow', asset: NATIVE_ASSET, amount: 5n, source: vault, sourceAccount: vault, destination: recipient, hazards: [] },
    ],
  ],
  [
    'Transfer to itself',
    () => kitInstruction(SystemProgram.transfer({ fromPubkey: key(vault), toPubkey: key(vault), lamports: 5n })),
    () => [{ kind: 'own_move', amount: 5n, from: vault, to: vault }],
  ],
  [
    'Transfer to its own wrapped SOL',
    () =>
      kitInstruction(
        SystemProgram.transfer({ fromPubkey: key(vault), toPubkey: key(tokenAccountOf(vault, NATIVE_MINT, TOKEN)), lamports: 5n }),
      ),
    () => [{ kind: 'own_move', asset: NATIVE_ASSET, amount: 5n }],
  ],
  [
    'TransferWithSeed',
    () =>
      kitInstruction(
        SystemProgram.transfer({
          fromPubkey: key(seeded('a')),
          basePubkey: key(vault),
          seed: 'a',
          programId: key(program),
          toPubkey: key(mallory),
          lamports: 5n,
        }),
      ),
    () => [
      { kind: 'asset_outflow', amount: 5n, source: vault, sourceAccount: seeded('a'), destination: mallory, hazards: [expect.any(String)] },
    ],
  ],
  [
    'CreateAccountWithSeed',
    () =>
      kitInstruction(
        SystemProgram.createAccountWithSeed({
          fromPubkey: key(vault),
          newAccountPubkey: key(seeded('b')),
          basePubkey: key(vault),
          seed: 'b',
          lamports: 1_000_000_000,
          space: 7,
          programId: key(program),
        }),
      ),
    () => [{ kind: 'account_creation', payer: vault, account: seeded('b'), maximumRentLamports: 1_000_000_000n }],
  ],
  [
    'Assign',
    () => kitInstruction(SystemProgram.assign({ accountPubkey: key(vault), programId: key(program) })),
    () => [{ kind: 'authority_change', account: vault, authority: 'owning program', to: program }],
  ],
  [
    'AssignWithSeed',
    () =>
      kitInstruction(SystemProgram.assign({ accountPubkey: key(seeded('c')), basePubkey: key(vault), seed: 'c', programId: key(program) })),
    () => [{ kind: 'authority_change', account: seeded('c'), to: program }],
  ],
  [
    'AllocateWithSeed',
    () =>
      kitInstruction(
        SystemProgram.allocate({ accountPubkey: key(seeded('d')), basePubkey: key(vault), seed: 'd', space: 9, programId: key(program) }),
      ),
    () => [{ kind: 'authority_change', account: seeded('d'), to: program }],
  ],
  [
    'Allocate',
    () => kitInstruction(SystemProgram.allocate({ accountPubkey: key(vault), space: 9 })),
    () => [{ kind: 'unknown', reason: expect.stringContaining('9 bytes') }],
  ],
  [
    'AdvanceNonceAccount',
    () => kitInstruction(SystemProgram.nonceAdvance({ noncePubkey: key(nonce), authorizedPubkey: key(vault) })),
    () => [{ kind: 'unknown', reason: expect.stringContaining('durable nonce') }],
  ],
  [
    'WithdrawNonceAccount',
    () =>
      kitInstruction(
        SystemProgram.nonceWithdraw({ noncePubkey: key(nonce), authorizedPubkey: key(vault), toPubkey: key(mallory), lamports: 5 }),
      ),
    () => [{ kind: 'asset_outflow', amount: 5n, sourceAccount: nonce, destination: mallory, hazards: [expect.stringContaining('nonce')] }],
  ],
  [
    'InitializeNonceAccount',
    () => kitInstruction(SystemProgram.nonceInitialize({ noncePubkey: key(nonce), authorizedPubkey: key(mallory) })),
    () => [{ kind: 'authority_change', account: nonce, authority: 'nonce authority', to: mallory }],
  ],
  [
    'AuthorizeNonceAccount',
    () =>
      kitInstruction(
        SystemProgram.nonceAuthorize({ noncePubkey: key(nonce), authorizedPubkey: key(vault), newAuthorizedPubkey: key(mallory) }),
      ),
    () => [{ kind: 'authority_change', account: nonce, authority: 'nonce authority', to: mallory }],
  ],
  [
    'UpgradeNonceAccount',
    () => byHand(SYSTEM, [['w', nonce]], u32(12)),
    () => [{ kind: 'unknown', reason: expect.stringContaining(nonce) }],
  ],
];

describe('System instructions of the vault', () => {
  test.each(cases)('%s', (_, instruction, expected) => {
    expect(world.effects(instruction())).toMatchObject([...expected()]);
  });
  test.each(cases)('INVARIANT I5: %s with a byte or an account more or less is unknown', (_, instruction) => {
    const { data = new Uint8Array(), accounts = [], ...rest } = instruction();
    const onlyUnknown = (changed: Instruction): boolean => world.effects(changed).every(({ kind }) => kind === 'unknown');
    expect(onlyUnknown({ ...rest, accounts, data: Uint8Array.from([...data, 0]) })).toBe(true);
    for (let length = 0; length < data.length; length += 1)
      expect(onlyUnknown({ ...rest, accounts, data: data.slice(0, length) })).toBe(true);
    expect(onlyUnknown({ ...rest, accounts: accounts.slice(0, -1), data })).toBe(true);
    const more = { address: kitAddress(mallory), role: 0 };
    expect(onlyUnknown({ ...rest, accounts: [...accounts, more, more], data })).toBe(true);
  });
  test('INVARIANT I5: CreateAccount needs a second signer, and every number above 13 is unknown', () => {
    const both = SystemProgram.createAccount({
      fromPubkey: key(vault),
      newAccountPubkey: key(mallory),
      lamports: 1,
      space: 0,
      programId: key(program),
    });
    expect(world.unknowns(kitInstruction(both)).length).toBeGreaterThan(0);
    for (const number of [14, 15, 255, 65_536]) expect(world.unknowns(byHand(SYSTEM, [['ws', vault]], u32(number)))).toHaveLength(1);
  });
  test('a nonce account made in one go is its parts', () => {
    const made = SystemProgram.createNonceAccount({
      fromPubkey: key(vault),
      noncePubkey: key(seeded('n')),
      basePubkey: key(vault),
      seed: 'n',
      authorizedPubkey: key(mallory),
      lamports: 9,
    });
    expect(NONCE_ACCOUNT_LENGTH).toBe(80);
    expect(world.effects(...made.instructions.map(kitInstruction)).map(({ kind }) => kind)).toEqual(['unknown', 'authority_change']);
  });
  test('an address that does not derive from its seed is unknown', () => {
    const data = [...u32(11), ...u64(5n), ...u64(1n), 97, ...bytesOf(program)];
    expect(
      world.unknowns(
        byHand(
          SYSTEM,
          [
            ['w', mallory],
            ['s', vault],
            ['w', recipient],
          ],
          data,
        ),
      ),
    ).toEqual([expect.stringContaining('seed')]);
    const long = [...u32(11), ...u64(5n), ...u64(33n), ...new Array<number>(33).fill(97), ...bytesOf(program)];
    expect(
      world.unknowns(
        byHand(
          SYSTEM,
          [
            ['w', mallory],
            ['s', vault],
            ['w', recipient],
          ],
          long,
        ),
      ),
    ).toEqual([expect.stringContaining('32 bytes')]);
  });
  test('twenty transfers are twenty outflows', () => {
    const each = kitInstruction(SystemProgram.transfer({ fromPubkey: key(vault), toPubkey: key(recipient), lamports: 5n }));
    expect(world.effects(...new Array<Instruction>(20).fill(each)).filter(({ kind }) => kind === 'asset_outflow')).toHaveLength(20);
  });
  test('wrapped SOL whose account was given to somebody else is an outflow to him', async () => {
    const stolen = await callWorld('system stolen');
    const account = tokenAccountOf(stolen.vault, NATIVE_MINT, TOKEN);
    stolen.chain
      .set(account, tokenAccount({ mint: NATIVE_MINT, owner: mallory, native: true }))
      .set(NATIVE_MINT, mintAccount({ decimals: 9 }));
    const wrap = kitInstruction(SystemProgram.transfer({ fromPubkey: key(stolen.vault), toPubkey: key(account), lamports: 5n }));
    expect(stolen.effects(wrap)).toMatchObject([
      { kind: 'asset_outflow', amount: 5n, destination: mallory, hazards: [expect.stringContaining(stolen.vault)] },
    ]);
  });
});

describe('System instructions that programs call', () => {
  const effects = (instruction: Instruction): readonly Effect[] => world.inner(instruction);
  test('out of the vault, out of the fee account, among others', () => {
    const { feeAccount, agent } = world.context.addresses;
    const move = (from: Address): Instruction =>
      kitInstruction(SystemProgram.transfer({ fromPubkey: key(from), toPubkey: key(mallory), lamports: 5n }));
    expect(effects(move(vault))).toMatchObject([{ kind: 'asset_outflow', amount: 5n, destination: mallory }]);
    expect(effects(move(feeAccount))).toMatchObject([{ kind: 'account_creation', payer: feeAccount, maximumRentLamports: 5n }]);
    expect(effects(move(agent))).toMatchObject([{ kind: 'unknown' }]);
    expect(effects(move(program))).toMatchObject([{ kind: 'foreign', what: 'System Transfer' }]);
  });
  test('accounts made at whose expense', () => {
    const make = (payer: Address, account: Address): Instruction =>
      kitInstruction(
        SystemProgram.createAccount({
          fromPubkey: key(payer),
          newAccountPubkey: key(account),
          lamports: 7,
          space: 1,
          programId: key(program),
        }),
      );
    expect(effects(make(vault, nonce))).toMatchObject([{ kind: 'account_creation', payer: vault, maximumRentLamports: 7n }]);
    expect(effects(make(world.context.addresses.feeAccount, nonce))).toMatchObject([{ kind: 'account_creation' }]);
    expect(effects(make(mallory, nonce))).toMatchObject([{ kind: 'foreign' }]);
    expect(effects(make(mallory, vault))).toMatchObject([{ kind: 'unknown' }]);
    const prefunded = byHand(
      SYSTEM,
      [
        ['ws', nonce],
        ['ws', vault],
      ],
      [...u32(13), ...u64(3n), ...u64(0n), ...bytesOf(program)],
    );
    expect(effects(prefunded)).toMatchObject([{ kind: 'account_creation', payer: vault, maximumRentLamports: 3n }]);
    expect(effects(byHand(SYSTEM, [['ws', nonce]], [...u32(13), ...u64(3n), ...u64(0n), ...bytesOf(program)]))).toMatchObject([
      { kind: 'unknown' },
    ]);
  });
  test('assignment of a stranger is foreign, of the vault an authority change', () => {
    const assign = (account: Address): Instruction =>
      kitInstruction(SystemProgram.assign({ accountPubkey: key(account), programId: key(program) }));
    expect(effects(assign(mallory))).toMatchObject([{ kind: 'foreign' }]);
    expect(effects(assign(vault))).toMatchObject([{ kind: 'authority_change', to: program }]);
    expect(address(program)).toBe(program);
  });
});
