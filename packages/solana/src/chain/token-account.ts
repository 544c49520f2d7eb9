import { type Address, address, encodeBase58 } from '@countersign/core';
import { TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from '../build/programs.ts';
import type { AccountState } from './accounts.ts';

/** A token account, both token programs: mint 32, owner 32, u64 amount, option delegate 36, u8 state, option native 12, u64 delegated, option close authority 36. */
export interface TokenAccount {
  readonly mint: Address;
  readonly owner: Address;
  readonly amount: bigint;
  readonly delegate: Address | null;
  readonly delegatedAmount: bigint;
  readonly closeAuthority: Address | null;
  readonly frozen: boolean;
  /** Wrapped SOL: the amount is part of the account's lamports. */
  readonly native: boolean;
}

const BYTES = 165;
/** Token-2022 marks the kind of an extended account in the byte after the base layout. */
const EXTENDED_TOKEN_ACCOUNT = 2;

/** The token account in an account, or `null` when it holds none. */
export function readTokenAccount(account: AccountState | null): TokenAccount | null {
  if (!account || (account.owner !== TOKEN_PROGRAM && account.owner !== TOKEN_2022_PROGRAM) || account.data.length < BYTES) return null;
  if (account.data.length > BYTES && (account.owner === TOKEN_PROGRAM || account.data[BYTES] !== EXTENDED_TOKEN_ACCOUNT)) return null;
  const data = Buffer.from(account.data.buffer, account.data.byteOffset, account.data.byteLength);
  const addressAt = (offset: number): Address => address(encodeBase58(data.subarray(offset, offset + 32)));
  const state = data[108];
  if (state !== 1 && state !== 2) return null;
  return {
    mint: addressAt(0),
    owner: addressAt(32),
    amount: data.readBigUInt64LE(64),
    delegate: data.readUInt32LE(72) === 0 ? null : addressAt(76),
    delegatedAmount: data.readBigUInt64LE(121),
    closeAuthority: data.readUInt32LE(129) === 0 ? null : addressAt(133),
    frozen: state === 2,
    native: data.readUInt32LE(109) !== 0,
  };
}
