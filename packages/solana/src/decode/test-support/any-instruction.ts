import { type Address, encodeBase58 } from '@countersign/core';
import type { Instruction } from '@solana/kit';
import fc from 'fast-check';
import * as programs from '../addresses/programs.ts';
import { seededAddress } from '../addresses/seeded-address.ts';
import { tokenAccountOf } from '../addresses/token-account-of.ts';
import { byHand, u16, u32, u64 } from './call-world.ts';
import { bytesOf } from './chain-accounts.ts';
import { type Part, type Role, RULES, type Rule } from './instruction-grammar.ts';

/** Any instruction of the programs that are understood, and of one that is not, over accounts that mean something to a wallet. */
export function anyInstruction(vault: Address, accounts: readonly Address[], mint: Address): fc.Arbitrary<Instruction> {
  const unknown: Rule = { program: accounts[0] ?? programs.SYSTEM, roles: ['ws', 'w', '-'], data: ['bytes'] };
  const anyAddress = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...accounts) },
    fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => encodeBase58(bytes) as Address),
  );
  const byRule = fc.constantFrom(...RULES, unknown).chain(({ program, roles, data }) =>
    fc
      .tuple(
        fc.tuple(
          ...roles.map((role) => (role.includes('s') ? fc.oneof({ weight: 9, arbitrary: fc.constant(vault) }, anyAddress) : anyAddress)),
        ),
        fc.tuple(...data.map((part) => bytesFor(part, anyAddress))),
      )
      .map(([addresses, parts]) =>
        byHand(
          program,
          roles.map(
            (role, index) =>
              [
                role === 'ws' && addresses[index] !== vault ? 'w' : role === 's' && addresses[index] !== vault ? '-' : role,
                addresses[index] ?? vault,
              ] as const,
          ),
          parts.flat(),
        ),
      ),
  );
  return fc.oneof(
    { weight: 9, arbitrary: byRule },
    { weight: 1, arbitrary: opened(vault, accounts) },
    { weight: 1, arbitrary: seeded(vault, accounts) },
    { weight: 2, arbitrary: held(vault, accounts, mint) },
  );
}

/** An associated token account that is one. */
function opened(vault: Address, accounts: readonly Address[]): fc.Arbitrary<Instruction> {
  const any = fc.constantFrom(...accounts);
  return fc
    .tuple(any, any, fc.constantFrom(programs.TOKEN, programs.TOKEN_2022), fc.constantFrom([], [0], [1]))
    .map(([owner, mint, program, data]) =>
      byHand(
        programs.ASSOCIATED_TOKEN,
        [
          ['ws', vault],
          ['w', tokenAccountOf(owner, mint, program)],
          ['-', owner],
          ['-', mint],
          ['-', programs.SYSTEM],
          ['-', program],
        ],
        data,
      ),
    );
}

/** What an owner does with tokens of a mint with 6 decimals. */
function held(vault: Address, accounts: readonly Address[], mint: Address): fc.Arbitrary<Instruction> {
  const source = tokenAccountOf(vault, mint, programs.TOKEN);
  const shapes = (to: Address, amount: readonly number[]): readonly Instruction[] => {
    const destination = tokenAccountOf(to, mint, programs.TOKEN);
    const by = (accounts_: readonly (readonly [Role, Address])[], data: readonly number[]): Instruction =>
      byHand(programs.TOKEN, accounts_, data);
    return [
      by(
        [
          ['w', source],
          ['w', destination],
          ['s', vault],
        ],
        [3, ...amount],
      ),
      by(
        [
          ['w', source],
          ['-', mint],
          ['w', destination],
          ['s', vault],
        ],
        [12, ...amount, 6],
      ),
      by(
        [
          ['w', source],
          ['-', to],
          ['s', vault],
        ],
        [4, ...amount],
      ),
      by(
        [
          ['w', source],
          ['s', vault],
        ],
        [5],
      ),
      by(
        [
          ['w', source],
          ['w', mint],
          ['s', vault],
        ],
        [8, ...amount],
      ),
      by(
        [
          ['w', source],
          ['w', to],
          ['s', vault],
        ],
        [9],
      ),
      by(
        [
          ['w', source],
          ['w', destination],
          ['s', vault],
          ['w', source],
          ['s', vault],
        ],
        [255, 3, 9, 3, ...amount, 2, 1, 5],
      ),
    ];
  };
  return fc
    .tuple(fc.constantFrom(...accounts), fc.bigInt({ min: 0n, max: 99n }), fc.nat(6))
    .map(([to, amount, which]) => shapes(to, u64(amount))[which] ?? byHand(programs.TOKEN, [], []));
}

/** A transfer out of an account that derives from the vault. */
function seeded(vault: Address, accounts: readonly Address[]): fc.Arbitrary<Instruction> {
  const any = fc.constantFrom(...accounts);
  return fc.tuple(any, any, fc.uint8Array({ maxLength: 32 }), fc.bigInt({ min: 0n, max: 99n })).map(([owner, to, seed, lamports]) =>
    byHand(
      programs.SYSTEM,
      [
        ['w', seededAddress(vault, seed, owner)],
        ['s', vault],
        ['w', to],
      ],
      [...u32(11), ...u64(lamports), ...u64(BigInt(seed.length)), ...seed, ...bytesOf(owner)],
    ),
  );
}

function bytesFor(part: Part, anyAddress: fc.Arbitrary<Address>): fc.Arbitrary<readonly number[]> {
  const amount = fc.oneof(fc.bigInt({ min: 0n, max: 9n }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })).map(u64);
  const key = anyAddress.map(bytesOf);
  switch (part) {
    case 'u8':
      return fc.nat(20).map((value) => [value]);
    case 'u16':
      return fc.nat(65_535).map(u16);
    case 'u32':
      return fc.nat(2_000_000).map(u32);
    case 'u64':
      return amount;
    case 'address':
      return key;
    case 'option address':
      return fc.oneof(
        fc.constant([0]),
        key.map((bytes) => [1, ...bytes]),
      );
    case 'option u64':
      return fc.oneof(
        fc.constant([0]),
        amount.map((bytes) => [1, ...bytes]),
      );
    case 'seed':
      return fc.uint8Array({ maxLength: 34 }).map((bytes) => [...u64(BigInt(bytes.length)), ...bytes]);
    case 'bytes':
      return fc.uint8Array({ maxLength: 40 }).map((bytes) => [...bytes]);
    default:
      return fc.constant(part);
  }
}

/** Accounts that a wallet's instructions are about. */
export function wellKnownAccounts(vault: Address, others: readonly Address[], mints: readonly Address[]): readonly Address[] {
  const holders = [vault, ...others];
  const held = [...mints, programs.NATIVE_MINT].flatMap((mint) => holders.map((holder) => tokenAccountOf(holder, mint, programs.TOKEN)));
  return [
    ...others,
    vault,
    ...mints,
    programs.NATIVE_MINT,
    ...held,
    programs.RENT_SYSVAR,
    programs.RECENT_BLOCKHASHES_SYSVAR,
    programs.SYSTEM,
    programs.TOKEN,
  ];
}
