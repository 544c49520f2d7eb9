import { type Address, tokenAsset } from '@countersign/core';
import { createNoopSigner, type Instruction } from '@solana/kit';
import * as spl from '@solana/spl-token';
import * as kit from '@solana-program/token';
import { beforeAll, describe, expect, test } from 'vitest';
import { kitAddress } from '../../build/kit-address.ts';
import { NATIVE_MINT, RENT_SYSVAR, TOKEN } from '../addresses/programs.ts';
import { byHand, type CallWorld, mallory, recipient, u64 } from '../test-support/call-world.ts';
import { destination, key, mint, of, outflowOf, stray, type TokenWorld, tokenWorld } from '../test-support/token-world.ts';

let given: TokenWorld;
let world: CallWorld;
let vault: Address;
let source: Address;
let wrapped: Address;
const asset = tokenAsset(mint);
beforeAll(async () => {
  given = await tokenWorld('token');
  ({ world, vault, source, wrapped } = given);
});

const outflow = (): object => outflowOf(given);

/** Every instruction, its bytes by spl-token. */
const cases: readonly (readonly [string, () => Instruction, () => readonly object[]])[] = [
  [
    'InitializeMint',
    () => of(spl.createInitializeMintInstruction(key(stray), 6, key(mallory), key(recipient))),
    () => [
      { kind: 'authority_change', account: stray, authority: 'mint authority', to: mallory },
      { kind: 'authority_change', account: stray, authority: 'freeze authority', to: recipient },
    ],
  ],
  [
    'InitializeAccount',
    () => of(spl.createInitializeAccountInstruction(key(stray), key(mint), key(mallory))),
    () => [{ kind: 'authority_change', account: stray, authority: 'account owner', to: mallory }],
  ],
  [
    'InitializeMultisig',
    () => of(spl.createInitializeMultisigInstruction(key(stray), [key(mallory)], 1)),
    () => [{ kind: 'unknown', reason: expect.stringContaining('multisig') }],
  ],
  ['Transfer', () => of(spl.createTransferInstruction(key(source), key(destination), key(vault), 5n)), () => [outflow()]],
  [
    'Approve',
    () => of(spl.createApproveInstruction(key(source), key(mallory), key(vault), 5n)),
    () => [{ kind: 'delegate_approval', asset, amount: 5n, account: source, delegate: mallory }],
  ],
  ['Revoke', () => of(spl.createRevokeInstruction(key(source), key(vault))), () => [{ kind: 'delegate_revocation', account: source }]],
  ...(['mint authority', 'freeze authority', 'account owner', 'close authority'] as const).map(
    (authority, type): [string, () => Instruction, () => readonly object[]] => [
      `SetAuthority ${authority}`,
      () => of(spl.createSetAuthorityInstruction(key(source), key(vault), type, key(mallory))),
      () => [{ kind: 'authority_change', account: source, authority, to: mallory }],
    ],
  ),
  [
    'SetAuthority none',
    () => of(spl.createSetAuthorityInstruction(key(mint), key(vault), 0, null)),
    () => [{ kind: 'authority_change', account: mint, to: null }],
  ],
  [
    'MintTo',
    () => of(spl.createMintToInstruction(key(mint), key(destination), key(vault), 5n)),
    () => [{ kind: 'unknown', reason: expect.stringContaining('new tokens') }],
  ],
  [
    'Burn',
    () => of(spl.createBurnInstruction(key(source), key(mint), key(vault), 5n)),
    () => [{ kind: 'burn', asset, amount: 5n, account: source }],
  ],
  [
    'CloseAccount to the vault',
    () => of(spl.createCloseAccountInstruction(key(wrapped), key(vault), key(vault))),
    () => [
      { kind: 'own_move', asset: NATIVE_MINT, amount: 77n, from: wrapped, to: vault },
      { kind: 'account_closing', account: wrapped, destination: vault, amountLamports: 2_039_357n },
    ],
  ],
  [
    'CloseAccount to another',
    () => of(spl.createCloseAccountInstruction(key(wrapped), key(mallory), key(vault))),
    () => [{ kind: 'account_closing', account: wrapped, destination: mallory, amountLamports: 2_039_357n }],
  ],
  [
    'FreezeAccount',
    () => of(spl.createFreezeAccountInstruction(key(source), key(mint), key(vault))),
    () => [{ kind: 'unknown', reason: expect.stringContaining('freezes') }],
  ],
  [
    'ThawAccount',
    () => of(spl.createThawAccountInstruction(key(source), key(mint), key(vault))),
    () => [{ kind: 'unknown', reason: expect.stringContaining('thaws') }],
  ],
  [
    'TransferChecked',
    () => of(spl.createTransferCheckedInstruction(key(source), key(mint), key(destination), key(vault), 5n, 6)),
    () => [outflow()],
  ],
  [
    'ApproveChecked',
    () => of(spl.createApproveCheckedInstruction(key(source), key(mint), key(mallory), key(vault), 5n, 6)),
    () => [{ kind: 'delegate_approval', amount: 5n, delegate: mallory }],
  ],
  [
    'MintToChecked',
    () => of(spl.createMintToCheckedInstruction(key(mint), key(destination), key(vault), 5n, 6)),
    () => [{ kind: 'unknown' }],
  ],
  [
    'BurnChecked',
    () => of(spl.createBurnCheckedInstruction(key(source), key(mint), key(vault), 5n, 6)),
    () => [{ kind: 'burn', amount: 5n }],
  ],
  [
    'InitializeAccount2',
    () => of(spl.createInitializeAccount2Instruction(key(stray), key(mint), key(mallory))),
    () => [{ kind: 'authority_change', to: mallory }],
  ],
  [
    'InitializeAccount3',
    () => of(spl.createInitializeAccount3Instruction(key(stray), key(mint), key(mallory))),
    () => [{ kind: 'authority_change', to: mallory }],
  ],
  [
    'InitializeMint2',
    () => of(spl.createInitializeMint2Instruction(key(stray), 6, key(mallory), null)),
    () => [{ kind: 'authority_change', authority: 'mint authority', to: mallory }],
  ],
  [
    'InitializeMultisig2',
    () =>
      byHand(
        TOKEN,
        [
          ['w', stray],
          ['-', mallory],
        ],
        [19, 1],
      ),
    () => [{ kind: 'unknown' }],
  ],
  ['GetAccountDataSize', () => byHand(TOKEN, [['-', mint]], [21]), () => [{ kind: 'unknown' }]],
  [
    'InitializeImmutableOwner',
    () => of(spl.createInitializeImmutableOwnerInstruction(key(stray), spl.TOKEN_PROGRAM_ID)),
    () => [{ kind: 'unknown' }],
  ],
  ['AmountToUiAmount', () => of(spl.createAmountToUiAmountInstruction(key(mint), 5n)), () => [{ kind: 'unknown' }]],
  ['UiAmountToAmount', () => of(spl.createUiAmountToAmountInstruction(key(mint), '5')), () => [{ kind: 'unknown' }]],
  [
    'WithdrawExcessLamports to the vault',
    () =>
      byHand(
        TOKEN,
        [
          ['w', source],
          ['w', vault],
          ['s', vault],
        ],
        [38],
      ),
    () => [{ kind: 'own_move', from: source, to: vault }],
  ],
  [
    'WithdrawExcessLamports to another',
    () =>
      byHand(
        TOKEN,
        [
          ['w', source],
          ['w', mallory],
          ['s', vault],
        ],
        [38],
      ),
    () => [{ kind: 'unknown' }],
  ],
  [
    'UnwrapLamports of an amount',
    () =>
      byHand(
        TOKEN,
        [
          ['w', wrapped],
          ['w', mallory],
          ['s', vault],
        ],
        [45, 1, ...u64(5n)],
      ),
    () => [{ kind: 'asset_outflow', asset: NATIVE_MINT, amount: 5n, decimals: 9, destination: mallory, sourceAccount: wrapped }],
  ],
  [
    'UnwrapLamports of everything',
    () =>
      byHand(
        TOKEN,
        [
          ['w', wrapped],
          ['w', mallory],
          ['s', vault],
        ],
        [45, 0],
      ),
    () => [{ kind: 'unknown' }],
  ],
  [
    'UnwrapLamports to the vault',
    () =>
      byHand(
        TOKEN,
        [
          ['w', wrapped],
          ['w', vault],
          ['s', vault],
        ],
        [45, 0],
      ),
    () => [{ kind: 'own_move', amount: 77n }],
  ],
];

/** spl-token writes 32 zero bytes where there is no address. */
const withoutPadding: ReadonlySet<string> = new Set(['SetAuthority none', 'InitializeMint2']);

describe('Token instructions of the vault', () => {
  test.each(cases)('%s', (_, instruction, expected) => {
    expect(world.effects(instruction())).toMatchObject([...expected()]);
  });
  test('SyncNative of its own wrapped SOL does nothing more; of others it is unknown', () => {
    expect(world.effects(of(spl.createSyncNativeInstruction(key(wrapped))))).toEqual([]);
    expect(
      world.effects(
        byHand(
          TOKEN,
          [
            ['w', wrapped],
            ['-', RENT_SYSVAR],
          ],
          [17],
        ),
      ),
    ).toEqual([]);
    expect(
      world.unknowns(
        byHand(
          TOKEN,
          [
            ['w', wrapped],
            ['-', mallory],
          ],
          [17],
        ),
      ),
    ).toHaveLength(1);
    expect(world.unknowns(of(spl.createSyncNativeInstruction(key(stray))))).toHaveLength(1);
  });
  test.each(cases)('INVARIANT I5: %s with a byte more or less is unknown', (name, instruction) => {
    const { data = new Uint8Array(), ...rest } = instruction();
    const kinds = (changed: Uint8Array): readonly string[] => world.effects({ ...rest, data: changed }).map(({ kind }) => kind);
    for (let length = 0; length < data.length; length += 1)
      expect({ name, length, kinds: kinds(Uint8Array.from(data.slice(0, length))) }).toMatchObject({
        kinds: [withoutPadding.has(name) && length === data.length - 32 ? 'authority_change' : 'unknown'],
      });
    for (const more of [[0], [1], [0, 0]]) expect(kinds(Uint8Array.from([...data, ...more]))).toEqual(['unknown']);
  });
  test('the same bytes by Kit', () => {
    const owner = createNoopSigner(kitAddress(vault));
    const accounts = { source: kitAddress(source), mint: kitAddress(mint), destination: kitAddress(destination), authority: owner };
    expect(world.effects(kit.getTransferCheckedInstruction({ ...accounts, amount: 5n, decimals: 6 }))).toMatchObject([outflow()]);
    expect(
      world.effects(kit.getCloseAccountInstruction({ account: kitAddress(wrapped), destination: kitAddress(mallory), owner })),
    ).toMatchObject([{ kind: 'account_closing' }]);
  });
  test('INVARIANT I5: what has no number is unknown', () => {
    for (const number of [25, 26, 37, 39, 44, 46, 254])
      expect(world.unknowns(byHand(TOKEN, [['w', source]], [number]))).toEqual([expect.stringContaining('not understood')]);
    expect(world.unknowns(byHand(TOKEN, [['w', source]], []))).toHaveLength(1);
    expect(world.unknowns(of(spl.createSetAuthorityInstruction(key(source), key(vault), 4, key(mallory))))).toEqual([
      expect.stringContaining('authority 4'),
    ]);
  });
});
