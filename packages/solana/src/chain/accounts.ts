import type { Address } from '@countersign/core';
import { addressOf, contextOf, countOf, listOf, objectOf, textOf } from './read-json.ts';
import type { Call } from './rpc-pool.ts';
import { unreadable } from './rpc-pool.ts';

export type Commitment = 'processed' | 'confirmed' | 'finalized';

export interface AccountState {
  readonly lamports: bigint;
  /** The program that owns it. */
  readonly owner: Address;
  readonly data: Uint8Array;
  readonly executable: boolean;
}

/** Accounts as they were from the end of one slot to the end of another, in the order asked; `null` where there is none. */
export interface AccountsRead {
  readonly slot: bigint;
  /** The same as `slot` where one call was enough. */
  readonly newestSlot: bigint;
  readonly accounts: readonly (AccountState | null)[];
}

/** What nodes answer in one call. */
const BATCH = 100;

/** The accounts, asked all at once; throws like a node that fails where it has not reached `minContextSlot`. */
export async function fetchAccounts(
  call: Call,
  addresses: readonly Address[],
  commitment: Commitment,
  minContextSlot: bigint | null = null,
): Promise<AccountsRead> {
  const config = { encoding: 'base64', commitment, ...(minContextSlot === null ? {} : { minContextSlot: Number(minContextSlot) }) };
  const batches = Array.from({ length: Math.ceil(addresses.length / BATCH) }, (_, index) =>
    addresses.slice(index * BATCH, (index + 1) * BATCH),
  );
  const answers = await Promise.all(batches.map((batch) => fetchBatch(call, batch, config)));
  const slots = answers.map(({ slot }) => slot);
  return {
    slot: slots.reduce((one, other) => (one < other ? one : other), slots[0] ?? 0n),
    newestSlot: slots.reduce((one, other) => (one > other ? one : other), 0n),
    accounts: answers.flatMap(({ accounts }) => accounts),
  };
}

async function fetchBatch(
  call: Call,
  batch: readonly Address[],
  config: object,
): Promise<{ readonly slot: bigint; readonly accounts: readonly (AccountState | null)[] }> {
  const { slot, value } = contextOf(await call('getMultipleAccounts', [batch, config]), 'getMultipleAccounts');
  const accounts = listOf(value, 'getMultipleAccounts').map(readAccount);
  return accounts.length === batch.length ? { slot, accounts } : unreadable('getMultipleAccounts');
}

/** Whether two looks at one account show the same. */
export function sameAccount(one: AccountState | null, other: AccountState | null): boolean {
  return one === null || other === null ? one === other : one.lamports === other.lamports && sameContent(one, other);
}

/** The same beside the lamports, which anybody can add to. */
export function sameContent(one: AccountState | null, other: AccountState | null): boolean {
  if (one === null || other === null) return one === other;
  return one.owner === other.owner && one.executable === other.executable && Buffer.compare(one.data, other.data) === 0;
}

/** One account; `null` where there is none. */
export async function fetchAccount(
  call: Call,
  address: Address,
  commitment: Commitment,
  minContextSlot: bigint | null = null,
): Promise<{ readonly slot: bigint; readonly account: AccountState | null }> {
  const least = minContextSlot === null ? {} : { minContextSlot: Number(minContextSlot) };
  const answer = await call('getAccountInfo', [address, { encoding: 'base64', commitment, ...least }]);
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
    executable: account['executable'] === true,
  };
}
