import type { Address } from '@countersign/core';
import type { AccountFact } from '../account-facts.ts';
import { TOKEN } from '../addresses/programs.ts';
import { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';
import { tokenAccountHazards } from './extension-hazards.ts';
import { readExtensions, TOKEN_ACCOUNT_KIND } from './tlv.ts';

/** A token account of either token program. */
export interface TokenAccountState {
  readonly mint: Address;
  readonly owner: Address;
  readonly amount: bigint;
  readonly delegate: Address | null;
  readonly frozen: boolean;
  readonly native: boolean;
  readonly closeAuthority: Address | null;
  readonly hazards: readonly string[];
}

export const TOKEN_ACCOUNT_BYTES = 165;
const INITIALIZED = 1;
const FROZEN = 2;

/**
 * mint 32, owner 32, u64 amount, option of the delegate (u32 tag, 32), u8 state (1 usable, 2 frozen), option of native rent (u32 tag, u64),
 * u64 delegated amount, option of the close authority (u32 tag, 32): 165 bytes, and for Token-2022 extensions. Throws `Malformed`.
 */
export function readTokenAccount(program: Address, fact: AccountFact): TokenAccountState {
  if (fact.owner !== program) throw new Malformed(`belongs to program ${fact.owner}`);
  if (fact.data.length < TOKEN_ACCOUNT_BYTES || (program === TOKEN && fact.data.length !== TOKEN_ACCOUNT_BYTES))
    throw new Malformed('is no token account');
  const data = new ByteReader(fact.data.subarray(0, TOKEN_ACCOUNT_BYTES));
  const mint = data.address();
  const owner = data.address();
  const amount = data.u64();
  const delegate = data.taggedAddress();
  const state = data.u8();
  if (state !== INITIALIZED && state !== FROZEN) throw new Malformed('is no token account in use');
  const native = data.tag();
  data.u64();
  data.u64();
  const closeAuthority = data.taggedAddress();
  const hazards = program === TOKEN ? [] : tokenAccountHazards(readExtensions(fact.data, TOKEN_ACCOUNT_BYTES, TOKEN_ACCOUNT_KIND));
  return { mint, owner, amount, delegate, frozen: state === FROZEN, native, closeAuthority, hazards };
}
