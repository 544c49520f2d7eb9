import type { Address } from '@countersign/core';
import type { Instruction } from '@solana/kit';
import * as spl from '@solana/spl-token';
import { PublicKey } from '@solana/web3.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { testKey } from '../../test-support/test-key.ts';
import { TOKEN_2022 } from '../addresses/programs.ts';
import { tokenAccountOf } from '../addresses/token-account-of.ts';
import { hashPrefix } from '../bytes/hash-prefix.ts';
import { byHand, type CallWorld, callWorld, kitInstruction, mallory, recipient, u64 } from '../test-support/call-world.ts';
import { bytesOf, mintAccount, tokenAccount } from '../test-support/chain-accounts.ts';

let world: CallWorld;
let vault: Address;
let source: Address;
const mint = testKey('token-2022 mint').address;
const destination = tokenAccountOf(recipient, mint, TOKEN_2022);
const key = (text: Address): PublicKey => new PublicKey(text);
const of = (instruction: Parameters<typeof kitInstruction>[0]): Instruction => kitInstruction(instruction);
const ID = spl.TOKEN_2022_PROGRAM_ID;

beforeAll(async () => {
  world = await callWorld('token-2022');
  vault = world.vault;
  source = tokenAccountOf(vault, mint, TOKEN_2022);
  world.chain
    .set(mint, mintAccount({ decimals: 6, program: TOKEN_2022 }))
    .set(source, tokenAccount({ mint, owner: vault, amount: 1_000n, extensions: [[7, []]] }))
    .set(destination, tokenAccount({ mint, owner: recipient, extensions: [[7, []]] }));
});

const send = (): Instruction =>
  of(spl.createTransferCheckedInstruction(key(source), key(mint), key(destination), key(vault), 5n, 6, [], ID));
const someone = bytesOf(mallory);

describe('instructions of Token-2022', () => {
  const cases: readonly (readonly [string, () => Instruction, string])[] = [
    [
      'InitializeMintCloseAuthority',
      () => of(spl.createInitializeMintCloseAuthorityInstruction(key(mint), key(mallory), ID)),
      'authority_change',
    ],
    [
      'InitializePermanentDelegate',
      () => of(spl.createInitializePermanentDelegateInstruction(key(mint), key(mallory), ID)),
      'authority_change',
    ],
    ['InitializeNonTransferableMint', () => of(spl.createInitializeNonTransferableMintInstruction(key(mint), ID)), 'unknown'],
    [
      'Reallocate',
      () => of(spl.createReallocateInstruction(key(source), key(vault), [spl.ExtensionType.MemoTransfer], key(vault), [], ID)),
      'unknown',
    ],
    ['CreateNativeMint', () => of(spl.createCreateNativeMintInstruction(key(vault), spl.NATIVE_MINT_2022, ID)), 'unknown'],
    [
      'InitializeTransferFeeConfig',
      () => of(spl.createInitializeTransferFeeConfigInstruction(key(mint), null, null, 5, 5n, ID)),
      'unknown',
    ],
    ['HarvestWithheldTokensToMint', () => of(spl.createHarvestWithheldTokensToMintInstruction(key(mint), [key(source)], ID)), 'unknown'],
    [
      'WithdrawWithheldTokensFromMint',
      () => of(spl.createWithdrawWithheldTokensFromMintInstruction(key(mint), key(source), key(vault), [], ID)),
      'unknown',
    ],
    ['EnableRequiredMemoTransfers', () => of(spl.createEnableRequiredMemoTransfersInstruction(key(source), key(vault), [], ID)), 'unknown'],
    ['EnableCpiGuard', () => of(spl.createEnableCpiGuardInstruction(key(source), key(vault), [], ID)), 'unknown'],
    [
      'DefaultAccountState',
      () => of(spl.createUpdateDefaultAccountStateInstruction(key(mint), spl.AccountState.Frozen, key(vault), [], ID)),
      'unknown',
    ],
    ['UpdateRate', () => of(spl.createUpdateRateInterestBearingMintInstruction(key(mint), key(vault), 5, [], ID)), 'unknown'],
    ['InitializeTransferHook', () => of(spl.createInitializeTransferHookInstruction(key(mint), key(mallory), key(mallory), ID)), 'unknown'],
    [
      'UpdateTransferHook',
      () => of(spl.createUpdateTransferHookInstruction(key(mint), key(vault), key(mallory), [], ID)),
      'authority_change',
    ],
    ['MetadataPointer', () => of(spl.createUpdateMetadataPointerInstruction(key(mint), key(vault), key(mallory), [], ID)), 'unknown'],
    ['TransferChecked', send, 'asset_outflow'],
    [
      'UnwrapLamports',
      () =>
        byHand(
          TOKEN_2022,
          [
            ['w', source],
            ['w', vault],
            ['s', vault],
          ],
          [45, 0],
        ),
      'unknown',
    ],
    [
      'WithdrawExcessLamports',
      () =>
        byHand(
          TOKEN_2022,
          [
            ['w', source],
            ['w', vault],
            ['s', vault],
          ],
          [38],
        ),
      'own_move',
    ],
    [
      'SetAuthority pause',
      () =>
        byHand(
          TOKEN_2022,
          [
            ['w', mint],
            ['s', vault],
          ],
          [6, 16, 1, ...someone],
        ),
      'authority_change',
    ],
    ['GetAccountDataSize', () => byHand(TOKEN_2022, [['-', mint]], [21, 7, 0]), 'unknown'],
    [
      'TokenMetadata UpdateField',
      () =>
        byHand(
          TOKEN_2022,
          [
            ['w', mint],
            ['s', vault],
          ],
          Buffer.from(hashPrefix('spl_token_metadata_interface:updating_field'), 'hex'),
        ),
      'unknown',
    ],
  ];
  test.each(cases)('%s', (_, instruction, kind) => {
    expect(world.effects(instruction()).map((effect) => effect.kind)).toEqual([kind]);
  });
  test('INVARIANT I5: every number and every number of an extension that does not exist is unknown, and every one that does has a name', () => {
    const reasons = (...data: readonly number[]): readonly string[] =>
      world.unknowns(
        byHand(
          TOKEN_2022,
          [
            ['w', mint],
            ['s', vault],
          ],
          data,
        ),
      );
    for (const number of [47, 48, 100, 254])
      expect(reasons(number)).toEqual([expect.stringContaining(`instruction ${number}, which is not understood`)]);
    const counts = new Map([
      [26, 6],
      [27, 15],
      [28, 2],
      [30, 2],
      [33, 2],
      [34, 2],
      [36, 2],
      [37, 6],
      [39, 2],
      [40, 2],
      [41, 2],
      [42, 6],
      [43, 2],
      [44, 3],
      [46, 4],
    ]);
    for (const [extension, count] of counts) {
      expect(reasons(extension)).toEqual([expect.stringContaining('ends too early')]);
      for (let sub = 0; sub < 20; sub += 1) {
        const [reason = ''] = reasons(extension, sub);
        if (sub >= count) expect(reason).toContain(`instruction ${extension}.${sub}, which is not understood`);
        else expect(reason).not.toContain('not understood');
      }
    }
  });
  test('TransferCheckedWithFee counts what leaves', () => {
    const paid = of(
      spl.createTransferCheckedWithFeeInstruction(key(source), key(mint), key(destination), key(vault), 500n, 6, 50n, [], ID),
    );
    expect(world.effects(paid)).toMatchObject([{ kind: 'asset_outflow', amount: 500n, decimals: 6, destination: recipient }]);
    const data = [26, 1, ...u64(500n), 6, ...u64(501n)];
    const accounts = [
      ['w', source],
      ['-', mint],
      ['w', destination],
      ['s', vault],
    ] as const;
    expect(world.unknowns(byHand(TOKEN_2022, accounts, data))).toEqual([expect.stringContaining('above its amount')]);
    for (let length = 0; length < data.length; length += 1)
      expect(world.unknowns(byHand(TOKEN_2022, accounts, data.slice(0, length)))).toHaveLength(1);
    expect(world.unknowns(byHand(TOKEN_2022, accounts, [...data, 0]))).toHaveLength(1);
  });
  test('called by a program', () => {
    expect(world.inner(send())).toMatchObject([{ kind: 'asset_outflow', amount: 5n }]);
    const theirs = of(spl.createEnableCpiGuardInstruction(key(destination), key(recipient), [], ID));
    expect(world.inner(theirs)).toMatchObject([{ kind: 'foreign' }]);
    expect(world.inner(of(spl.createEnableCpiGuardInstruction(key(source), key(vault), [], ID)))).toMatchObject([{ kind: 'unknown' }]);
  });
});
