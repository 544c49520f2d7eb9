import type { Address } from '@countersign/core';
import { addressOf, contextOf, countOf, listOf, objectOf, textOf } from './read-json.ts';
import type { Call } from './rpc-pool.ts';
import { unreadable } from './rpc-pool.ts';

export type Commitment = 'processed' | 'confirmed' | 'finalized';

export interface AccountState {
  readonly lamports: bigint;
  readonly owner: Address;
  readonly data: Uint8Array;
}

/** The accounts at one slot, in the order asked; `null` where there is none. At most 100. */
export async function fetchAccounts(
  call: Call,
  addresses: readonly Address[],
  commitment: Commitment,
): Promise<{ readonly slot: bigint; readonly accounts: readonly (AccountState | null)[] }> {
  const answer = await call('getMultipleAccounts', [addresses, { encoding: 'base64', commitment }]);
  const { slot, value } = contextOf(answer, 'getMultipleAccounts');
  const accounts = listOf(value, 'getMultipleAccounts').map(readAccount);
  return accounts.length === addresses.length ? { slot, accounts } : unreadable('getMultipleAccounts');
}

/** One account; `null` where there is none. */
export async function fetchAccount(
  call: Call,
  address: Address,
  commitment: Commitment,
): Promise<{ readonly slot: bigint; readonly account: AccountState | null }> {
  const answer = await call('getAccountInfo', [address, { encoding: 'base64', commitment }]);
  const { slot, value } = contextOf(answer, 'getAccountInfo');
  return { slot, account: readAccount(value) };
}

/** An account in base64 encoding as RPC answers carry it. An account without lamports does not exist. */
export function readAccount(value: unknown): AccountState | null {
  if (value === null) return null;
  const account = objectOf(value, 'an account');
  const lamports = countOf(account['lamports'], 'the lamports of an account');
  const [data, encoding] = listOf(account['data'], 'the data of an account');
  if (encoding !== 'base64') return unreadable('the encoding of an account');
  if (lamports === 0n) return null;
  return {
    lamports,
    owner: addressOf(account['owner'], 'the owner of an account'),
    data: Buffer.from(textOf(data, 'the data of an account'), 'base64'),
  };
}
