import { type Address, decodeBase58 } from '@countersign/core';
import { AccountLayout, MintLayout } from '@solana/spl-token';
import { PublicKey } from '@solana/web3.js';
import type { AccountFact } from '../account-facts.ts';
import { LOOKUP_TABLE, TOKEN, TOKEN_2022 } from '../addresses/programs.ts';
import { u16, u32, u64 } from './call-world.ts';

export const bytesOf = (account: Address): readonly number[] => [...(decodeBase58(account) ?? [])];
const key = (account: Address | null): PublicKey => new PublicKey(account ?? '11111111111111111111111111111111');

export interface TokenAccountParts {
  readonly mint: Address;
  readonly owner: Address;
  readonly amount?: bigint;
  readonly delegate?: Address;
  readonly closeAuthority?: Address;
  readonly frozen?: boolean;
  readonly native?: boolean;
  readonly program?: Address;
  /** Type and value; makes it a Token-2022 account. */
  readonly extensions?: readonly (readonly [number, readonly number[]])[];
}

/** A token account, its base laid out by spl-token. */
export function tokenAccount(parts: TokenAccountParts): AccountFact {
  const { mint, owner, amount = 0n, delegate = null, closeAuthority = null, frozen = false, native = false } = parts;
  const base = Buffer.alloc(AccountLayout.span);
  AccountLayout.encode(
    {
      mint: key(mint),
      owner: key(owner),
      amount,
      delegateOption: delegate === null ? 0 : 1,
      delegate: key(delegate),
      state: frozen ? 2 : 1,
      isNativeOption: native ? 1 : 0,
      isNative: native ? 2_039_280n : 0n,
      delegatedAmount: 0n,
      closeAuthorityOption: closeAuthority === null ? 0 : 1,
      closeAuthority: key(closeAuthority),
    },
    base,
  );
  return account(parts.program, base, parts.extensions, 2, 2_039_280n + (native ? amount : 0n));
}

/** A mint, its base laid out by spl-token. */
export function mintAccount(parts: {
  readonly decimals: number;
  readonly program?: Address;
  readonly extensions?: readonly (readonly [number, readonly number[]])[];
}): AccountFact {
  const base = Buffer.alloc(MintLayout.span);
  MintLayout.encode(
    {
      mintAuthorityOption: 0,
      mintAuthority: key(null),
      supply: 1_000_000n,
      decimals: parts.decimals,
      isInitialized: true,
      freezeAuthorityOption: 0,
      freezeAuthority: key(null),
    },
    base,
  );
  return account(parts.program, base, parts.extensions, 1, 1_461_600n);
}

function account(
  program: Address | undefined,
  base: Uint8Array,
  extensions: readonly (readonly [number, readonly number[]])[] | undefined,
  kind: number,
  lamports: bigint,
): AccountFact {
  if (extensions === undefined) return { owner: program ?? TOKEN, lamports, data: base, executable: false };
  const padding = new Array<number>(165 - base.length).fill(0);
  const tlv = extensions.flatMap(([type, value]) => [...u16(type), ...u16(value.length), ...value]);
  return { owner: program ?? TOKEN_2022, lamports, data: Uint8Array.from([...base, ...padding, kind, ...tlv]), executable: false };
}

/** A lookup table, by hand. */
export function lookupTable(
  addresses: readonly Address[],
  over: {
    readonly deactivationSlot?: bigint;
    readonly lastExtendedSlot?: bigint;
    readonly startIndex?: number;
    readonly owner?: Address;
  } = {},
): AccountFact {
  const { deactivationSlot = 2n ** 64n - 1n, lastExtendedSlot = 1n, startIndex = 0, owner = LOOKUP_TABLE } = over;
  const header = [...u32(1), ...u64(deactivationSlot), ...u64(lastExtendedSlot), startIndex, 1, ...new Array<number>(32).fill(7), 0, 0];
  return { owner, lamports: 1n, data: Uint8Array.from([...header, ...addresses.flatMap(bytesOf)]), executable: false };
}
