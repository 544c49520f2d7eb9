import type { Address } from '@countersign/core';
import { AddressLookupTableProgram } from '@solana/web3.js';
import { LOADER_UPGRADEABLE, LOADER_V1, LOADER_V2, LOADER_V4 } from '../addresses/programs.ts';
import { byHand, kitInstruction, mallory, recipient, u32, u64 } from './call-world.ts';
import { account, key, type NativeCase } from './stake-and-vote-cases.ts';

/** Instructions of the lookup table program and of the loaders. */
export function tableAndLoaderCases(vaultOf: () => Address): readonly NativeCase[] {
  return [
    [
      'CreateLookupTable',
      () =>
        kitInstruction(
          AddressLookupTableProgram.createLookupTable({ authority: key(vaultOf()), payer: key(vaultOf()), recentSlot: 77 })[0],
        ),
      [
        ['account_creation', ''],
        ['authority_change', 'lookup table authority'],
      ],
    ],
    [
      'FreezeLookupTable',
      () => kitInstruction(AddressLookupTableProgram.freezeLookupTable({ lookupTable: key(account), authority: key(vaultOf()) })),
      [['authority_change', 'lookup table authority']],
    ],
    [
      'ExtendLookupTable',
      () =>
        kitInstruction(
          AddressLookupTableProgram.extendLookupTable({
            lookupTable: key(account),
            authority: key(vaultOf()),
            payer: key(vaultOf()),
            addresses: [key(mallory)],
          }),
        ),
      [['unknown', '1 addresses']],
    ],
    [
      'DeactivateLookupTable',
      () => kitInstruction(AddressLookupTableProgram.deactivateLookupTable({ lookupTable: key(account), authority: key(vaultOf()) })),
      [['unknown', 'ends lookup table']],
    ],
    [
      'CloseLookupTable',
      () =>
        kitInstruction(
          AddressLookupTableProgram.closeLookupTable({ lookupTable: key(account), authority: key(vaultOf()), recipient: key(mallory) }),
        ),
      [['account_closing', '']],
    ],
    [
      'Upgradeable Loader SetAuthority',
      () =>
        byHand(
          LOADER_UPGRADEABLE,
          [
            ['w', account],
            ['s', vaultOf()],
            ['-', mallory],
          ],
          u32(4),
        ),
      [['authority_change', 'upgrade authority']],
    ],
    [
      'Upgradeable Loader SetAuthorityChecked',
      () =>
        byHand(
          LOADER_UPGRADEABLE,
          [
            ['w', account],
            ['s', vaultOf()],
            ['s', vaultOf()],
          ],
          u32(7),
        ),
      [['authority_change', 'upgrade authority']],
    ],
    [
      'Upgradeable Loader Upgrade',
      () =>
        byHand(
          LOADER_UPGRADEABLE,
          [
            ['w', account],
            ['w', recipient],
            ['w', mallory],
            ['w', vaultOf()],
            ['-', account],
            ['-', account],
            ['s', vaultOf()],
          ],
          u32(3),
        ),
      [['unknown', 'replaces the code']],
    ],
    [
      'Upgradeable Loader Close',
      () =>
        byHand(
          LOADER_UPGRADEABLE,
          [
            ['w', account],
            ['w', mallory],
            ['s', vaultOf()],
          ],
          u32(5),
        ),
      [['account_closing', '']],
    ],
    [
      'Upgradeable Loader ExtendProgram',
      () =>
        byHand(
          LOADER_UPGRADEABLE,
          [
            ['w', account],
            ['w', mallory],
            ['-', mallory],
            ['ws', vaultOf()],
          ],
          [...u32(6), ...u32(9)],
        ),
      [['unknown', '9 bytes']],
    ],
    [
      'BPF Loader Finalize',
      () =>
        byHand(
          LOADER_V2,
          [
            ['ws', vaultOf()],
            ['-', account],
          ],
          u32(1),
        ),
      [['unknown', 'makes']],
    ],
    [
      'Loader V4 TransferAuthority',
      () =>
        byHand(
          LOADER_V4,
          [
            ['w', account],
            ['s', vaultOf()],
            ['s', vaultOf()],
          ],
          u32(5),
        ),
      [['authority_change', 'program authority']],
    ],
    [
      'Loader V4 Finalize',
      () =>
        byHand(
          LOADER_V4,
          [
            ['w', account],
            ['s', vaultOf()],
            ['-', mallory],
          ],
          u32(6),
        ),
      [['authority_change', 'program authority']],
    ],
    ['BPF Loader 1 Write', () => byHand(LOADER_V1, [['ws', vaultOf()]], [...u32(0), ...u32(0), ...u64(2n), 1, 2]), [['unknown', 'writes']]],
  ];
}
