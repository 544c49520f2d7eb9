import type { Address } from '@countersign/core';
import { AccountRole, createNoopSigner, type Instruction } from '@solana/kit';
import {
  getAllocateInstruction,
  getAssignInstruction,
  getCreateAccountWithSeedInstruction,
  getTransferSolWithSeedInstruction,
} from '@solana-program/system';
import {
  AuthorityType,
  getApproveCheckedInstruction,
  getApproveInstruction,
  getBurnCheckedInstruction,
  getBurnInstruction,
  getCloseAccountInstruction,
  getCreateAssociatedTokenIdempotentInstruction,
  getCreateAssociatedTokenInstruction,
  getRevokeInstruction,
  getSetAuthorityInstruction,
  getSyncNativeInstruction,
  getTransferCheckedInstruction,
  getTransferInstruction,
} from '@solana-program/token';
import fc from 'fast-check';
import { memoInstructions } from '../build/common-instructions.ts';
import { kitAddress } from '../build/kit-address.ts';
import { SYSTEM_PROGRAM, TOKEN_PROGRAM } from '../build/programs.ts';
import { sol } from './agent-message.ts';

/** The accounts that generated instructions are about. */
export interface OracleAccounts {
  readonly vault: Address;
  /** Token accounts of the vault: two with tokens, one without, and wrapped SOL. */
  readonly own: readonly [Address, Address, Address, Address];
  /** Their mints, in the same order; all have 6 decimals but wrapped SOL, which has 9. */
  readonly mints: readonly [Address, Address, Address, Address];
  /** Token accounts of a stranger, one for each mint. */
  readonly theirs: readonly [Address, Address, Address, Address];
  /** Wallets that are nobody's here. */
  readonly strangers: readonly [Address, Address];
  /** A token account that is not there yet, of the second stranger for the first mint. */
  readonly newAccount: Address;
  /** An address with seed `oracle` from the vault under the System program, with lamports, and one under the token program without. */
  readonly seeded: Address;
  readonly newSeeded: Address;
}

export const SEED = 'oracle';
const DECIMALS = [6, 6, 6, 9] as const;
const which = fc.constantFrom(0, 1, 2, 3) as fc.Arbitrary<0 | 1 | 2 | 3>;
const rich = fc.constantFrom(0, 1, 3) as fc.Arbitrary<0 | 1 | 3>;
const tokens = fc.bigInt({ min: 0n, max: 2_000_000n });
const lamports = fc.bigInt({ min: 1_000_000n, max: 900_000_000n });

/** One instruction that the vault signs, as a function of the accounts; printed by its name and numbers. */
export interface Generated {
  readonly name: string;
  readonly make: (accounts: OracleAccounts) => Instruction;
}
type Make<T extends readonly unknown[]> = (accounts: OracleAccounts, ...values: T) => Instruction;

function generated<T extends readonly unknown[]>(
  name: string,
  values: { readonly [Index in keyof T]: fc.Arbitrary<T[Index]> },
  make: Make<T>,
): fc.Arbitrary<Generated> {
  return fc
    .tuple(...(values as unknown as fc.Arbitrary<unknown>[]))
    .map((drawn) => ({ name: `${name}(${drawn.map(String).join(', ')})`, make: (accounts) => make(accounts, ...(drawn as unknown as T)) }));
}

const signer = (vault: Address) => createNoopSigner(kitAddress(vault));
const to = fc.boolean();
/** Instructions of newer token programs that the client does not have: account, destination, authority. */
const raw = ({ vault }: OracleAccounts, account: Address, destination: Address, data: readonly number[]): Instruction => ({
  programAddress: kitAddress(TOKEN_PROGRAM),
  accounts: [
    { address: kitAddress(account), role: AccountRole.WRITABLE },
    { address: kitAddress(destination), role: AccountRole.WRITABLE },
    { address: kitAddress(vault), role: AccountRole.WRITABLE_SIGNER },
  ],
  data: Uint8Array.from(data),
});

/** What a vault may be told to do; most of it succeeds by itself. */
export const anInstruction: fc.Arbitrary<Generated> = fc.oneof(
  generated('pay', [lamports, fc.constantFrom(0, 1)], (a, amount, at) => sol(a.vault, a.strangers[at as 0 | 1], amount)),
  generated('pay itself', [lamports], (a, amount) => sol(a.vault, a.vault, amount)),
  generated('wrap', [lamports], (a, amount) => sol(a.vault, a.own[3], amount)),
  generated('sync', [], (a) => getSyncNativeInstruction({ account: kitAddress(a.own[3]) })),
  generated('send', [rich, tokens], (a, at, amount) =>
    getTransferInstruction({ source: kitAddress(a.own[at]), destination: kitAddress(a.theirs[at]), authority: signer(a.vault), amount }),
  ),
  generated('send to itself', [rich, tokens], (a, at, amount) =>
    getTransferInstruction({ source: kitAddress(a.own[at]), destination: kitAddress(a.own[at]), authority: signer(a.vault), amount }),
  ),
  generated('send checked', [rich, tokens], (a, at, amount) =>
    getTransferCheckedInstruction({
      ...{ source: kitAddress(a.own[at]), mint: kitAddress(a.mints[at]), destination: kitAddress(a.theirs[at]) },
      ...{ authority: signer(a.vault), amount, decimals: DECIMALS[at] },
    }),
  ),
  generated('approve', [which, tokens], (a, at, amount) =>
    getApproveInstruction({ source: kitAddress(a.own[at]), delegate: kitAddress(a.strangers[0]), owner: signer(a.vault), amount }),
  ),
  generated('approve checked', [which, tokens], (a, at, amount) =>
    getApproveCheckedInstruction({
      ...{ source: kitAddress(a.own[at]), mint: kitAddress(a.mints[at]), delegate: kitAddress(a.strangers[1]) },
      ...{ owner: signer(a.vault), amount, decimals: DECIMALS[at] },
    }),
  ),
  generated('revoke', [which], (a, at) => getRevokeInstruction({ source: kitAddress(a.own[at]), owner: signer(a.vault) })),
  generated('burn', [rich, tokens], (a, at, amount) =>
    getBurnInstruction({ account: kitAddress(a.own[at]), mint: kitAddress(a.mints[at]), authority: signer(a.vault), amount }),
  ),
  generated('burn checked', [rich, tokens], (a, at, amount) =>
    getBurnCheckedInstruction({
      ...{ account: kitAddress(a.own[at]), mint: kitAddress(a.mints[at]), authority: signer(a.vault) },
      ...{ amount, decimals: DECIMALS[at] },
    }),
  ),
  generated('close', [fc.constantFrom(2, 3), to], (a, at, home) =>
    getCloseAccountInstruction({
      ...{ account: kitAddress(a.own[at as 2 | 3]), destination: kitAddress(home ? a.vault : a.strangers[0]), owner: signer(a.vault) },
    }),
  ),
  generated('give', [which, fc.constantFrom(AuthorityType.AccountOwner, AuthorityType.CloseAccount), to], (a, at, authorityType, keep) =>
    getSetAuthorityInstruction({
      ...{ owned: kitAddress(a.own[at]), owner: signer(a.vault), authorityType, newAuthority: kitAddress(keep ? a.vault : a.strangers[0]) },
    }),
  ),
  generated('create account', [to], (a, idempotent) =>
    (idempotent ? getCreateAssociatedTokenIdempotentInstruction : getCreateAssociatedTokenInstruction)({
      ...{ payer: signer(a.vault), ata: kitAddress(a.newAccount), owner: kitAddress(a.strangers[1]), mint: kitAddress(a.mints[0]) },
    }),
  ),
  generated('create with seed', [lamports], (a, amount) =>
    getCreateAccountWithSeedInstruction({
      ...{ payer: signer(a.vault), newAccount: kitAddress(a.newSeeded), base: kitAddress(a.vault), baseAccount: signer(a.vault) },
      ...{ seed: SEED, amount: amount + 3_000_000n, space: 165n, programAddress: kitAddress(TOKEN_PROGRAM) },
    }),
  ),
  generated('pay with seed', [lamports, to], (a, amount, home) =>
    getTransferSolWithSeedInstruction({
      ...{ source: kitAddress(a.seeded), baseAccount: signer(a.vault), amount, fromSeed: SEED, fromOwner: kitAddress(SYSTEM_PROGRAM) },
      destination: kitAddress(home ? a.vault : a.strangers[0]),
    }),
  ),
  generated('assign the vault', [], (a) => getAssignInstruction({ account: signer(a.vault), programAddress: kitAddress(TOKEN_PROGRAM) })),
  generated('allocate in the vault', [], (a) => getAllocateInstruction({ newAccount: signer(a.vault), space: 8n })),
  generated('unwrap', [to], (a, home) => raw(a, a.own[3], home ? a.vault : a.strangers[0], [45, 0])),
  generated('unwrap some', [to, fc.nat(255)], (a, home, amount) =>
    raw(a, a.own[3], home ? a.vault : a.strangers[0], [45, 1, amount, 200, 0, 0, 0, 0, 0, 0]),
  ),
  generated('withdraw excess', [which, to], (a, at, home) => raw(a, a.own[at], home ? a.vault : a.strangers[0], [38])),
  generated('memo', [fc.string({ minLength: 1, maxLength: 12 })], (_, text) => {
    const [memo] = memoInstructions(text);
    if (!memo) throw new Error('a memo');
    return memo;
  }),
);
