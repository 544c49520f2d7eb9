import { type Address, address } from '@countersign/core';
import { AccountRole, createNoopSigner, getBase58Decoder, type Instruction } from '@solana/kit';
import {
  getAllocateInstruction,
  getAssignInstruction,
  getCreateAccountInstruction,
  getCreateAccountWithSeedInstruction,
  getTransferSolInstruction,
  getTransferSolWithSeedInstruction,
} from '@solana-program/system';
import * as token from '@solana-program/token';
import { describe, expect, test } from 'vitest';
import { kitAddress } from '../build/kit-address.ts';
import { MEMO_PROGRAM, SQUADS_PROGRAM, SYSTEM_PROGRAM, TOKEN_PROGRAM } from '../build/programs.ts';
import { testKey } from '../test-support/test-key.ts';
import { encodeParsed } from './parsed-instruction.ts';

const [one, two, three, four] = ['one', 'two', 'three', 'four'].map((name) => kitAddress(testKey(`parsed ${name}`).address));
if (!one || !two || !three || !four) throw new Error('four keys');
const signing = createNoopSigner(four);
const amounts = { amount: 7n, decimals: 6 };
const tokenAmount = { amount: '7', decimals: 6, uiAmount: 0.000007, uiAmountString: '0.000007' };
const { AuthorityType } = token;

/** As Agave's `solana-transaction-status` tells them. */
const CASES: readonly (readonly [string, Instruction, { readonly [name: string]: unknown }])[] = [
  [
    'transfer',
    getTransferSolInstruction({ source: signing, destination: one, amount: 7n }),
    { source: four, destination: one, lamports: 7 },
  ],
  [
    'createAccount',
    getCreateAccountInstruction({ payer: signing, newAccount: createNoopSigner(one), lamports: 7n, space: 9n, programAddress: two }),
    { source: four, newAccount: one, lamports: 7, space: 9, owner: two },
  ],
  ['assign', getAssignInstruction({ account: signing, programAddress: two }), { account: four, owner: two }],
  ['allocate', getAllocateInstruction({ newAccount: signing, space: 9n }), { account: four, space: 9 }],
  [
    'createAccountWithSeed',
    getCreateAccountWithSeedInstruction({
      ...{
        payer: createNoopSigner(three),
        newAccount: one,
        base: four,
        baseAccount: signing,
        seed: 'seed',
        amount: 7n,
        space: 9n,
        programAddress: two,
      },
    }),
    { source: three, newAccount: one, base: four, seed: 'seed', lamports: 7, space: 9, owner: two },
  ],
  [
    'transferWithSeed',
    getTransferSolWithSeedInstruction({
      source: one,
      baseAccount: signing,
      destination: two,
      amount: 7n,
      fromSeed: 'seed',
      fromOwner: three,
    }),
    { source: one, sourceBase: four, destination: two, lamports: 7, sourceSeed: 'seed', sourceOwner: three },
  ],
  [
    'transfer',
    token.getTransferInstruction({ source: one, destination: two, authority: signing, amount: 7n }),
    { source: one, destination: two, authority: four, amount: '7' },
  ],
  [
    'transferChecked',
    token.getTransferCheckedInstruction({ source: one, mint: three, destination: two, authority: signing, ...amounts }),
    { source: one, mint: three, destination: two, authority: four, tokenAmount },
  ],
  [
    'approve',
    token.getApproveInstruction({ source: one, delegate: two, owner: signing, amount: 7n }),
    { source: one, delegate: two, owner: four, amount: '7' },
  ],
  [
    'approveChecked',
    token.getApproveCheckedInstruction({ source: one, mint: three, delegate: two, owner: signing, ...amounts }),
    { source: one, mint: three, delegate: two, owner: four, tokenAmount },
  ],
  ['revoke', token.getRevokeInstruction({ source: one, owner: signing }), { source: one, owner: four }],
  [
    'setAuthority',
    token.getSetAuthorityInstruction({ owned: one, owner: signing, authorityType: AuthorityType.CloseAccount, newAuthority: two }),
    { account: one, authority: four, authorityType: 'closeAccount', newAuthority: two },
  ],
  [
    'setAuthority',
    token.getSetAuthorityInstruction({ owned: one, owner: signing, authorityType: AuthorityType.MintTokens, newAuthority: null }),
    { mint: one, authority: four, authorityType: 'mintTokens', newAuthority: null },
  ],
  [
    'mintTo',
    token.getMintToInstruction({ mint: one, token: two, mintAuthority: signing, amount: 7n }),
    { mint: one, account: two, mintAuthority: four, amount: '7' },
  ],
  [
    'burn',
    token.getBurnInstruction({ account: one, mint: two, authority: signing, amount: 7n }),
    { account: one, mint: two, authority: four, amount: '7' },
  ],
  [
    'burnChecked',
    token.getBurnCheckedInstruction({ account: one, mint: two, authority: signing, ...amounts }),
    { account: one, mint: two, authority: four, tokenAmount },
  ],
  [
    'closeAccount',
    token.getCloseAccountInstruction({ account: one, destination: two, owner: signing }),
    { account: one, destination: two, owner: four },
  ],
  ['syncNative', token.getSyncNativeInstruction({ account: one }), { account: one }],
  [
    'initializeAccount3',
    token.getInitializeAccount3Instruction({ account: one, mint: two, owner: three }),
    { account: one, mint: two, owner: three },
  ],
  ['initializeImmutableOwner', token.getInitializeImmutableOwnerInstruction({ account: one }), { account: one }],
  [
    'createIdempotent',
    token.getCreateAssociatedTokenIdempotentInstruction({ payer: signing, ata: one, owner: two, mint: three }),
    { source: four, account: one, wallet: two, mint: three, systemProgram: SYSTEM_PROGRAM, tokenProgram: TOKEN_PROGRAM },
  ],
];

describe('instructions that a node tells in words', () => {
  test.each(CASES)('%s are the bytes that it read', (type, instruction, info) => {
    const encoded = encodeParsed(address(instruction.programAddress), { type, info });
    // The client also writes accounts that are optional, such as rent.
    const accounts = (instruction.accounts ?? []).map((account) => account.address).filter((account) => !account.startsWith('SysvarRent'));
    expect(encoded?.accounts).toEqual(accounts);
    expect(Buffer.from(encoded?.data ?? [])).toEqual(Buffer.from(instruction.data ?? []));
  });

  test('of several signers too', () => {
    const multiSigners = [createNoopSigner(one), createNoopSigner(two)];
    const instruction = token.getTransferInstruction({ source: one, destination: two, authority: three, amount: 7n, multiSigners });
    const info = { source: one, destination: two, multisigAuthority: three, signers: [one, two], amount: '7' };
    const encoded = encodeParsed(TOKEN_PROGRAM, { type: 'transfer', info });
    expect(encoded?.accounts).toEqual((instruction.accounts ?? []).map((account) => account.address));
    expect(instruction.accounts?.map(({ role }) => role)).toContain(AccountRole.READONLY_SIGNER);
  });

  test('a memo is its text', () => {
    expect(encodeParsed(MEMO_PROGRAM, 'é')).toEqual({ accounts: [], data: Buffer.from('é') });
  });

  const transfer = { source: four, destination: one, lamports: 7 };
  test.each<[string, Address, unknown]>([
    ['an amount that JSON has rounded', SYSTEM_PROGRAM, { type: 'transfer', info: { ...transfer, lamports: 2 ** 53 } }],
    [
      'an amount over u64',
      TOKEN_PROGRAM,
      { type: 'transfer', info: { source: one, destination: two, authority: four, amount: `${2n ** 64n}` } },
    ],
    ['a negative amount', SYSTEM_PROGRAM, { type: 'transfer', info: { ...transfer, lamports: -7 } }],
    ['an account left out', SYSTEM_PROGRAM, { type: 'transfer', info: { source: four, lamports: 7 } }],
    [
      'an account that is none',
      SYSTEM_PROGRAM,
      { type: 'transfer', info: { ...transfer, destination: getBase58Decoder().decode(new Uint8Array(5)) } },
    ],
    [
      'another authority',
      TOKEN_PROGRAM,
      { type: 'setAuthority', info: { account: one, authority: four, authorityType: 'transferHookProgramId', newAuthority: two } },
    ],
    ['another instruction', TOKEN_PROGRAM, { type: 'unwrapLamports', info: {} }],
    ['another program', SQUADS_PROGRAM, { type: 'transfer', info: transfer }],
    ['a memo that is no text', MEMO_PROGRAM, { type: 'memo' }],
  ])('INVARIANT I5: %s is no bytes', (_, program, parsed) => {
    expect(encodeParsed(program, parsed)).toBeNull();
  });
});
