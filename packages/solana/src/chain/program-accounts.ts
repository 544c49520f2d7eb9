import { type Address, encodeBase58 } from '@countersign/core';
import { type AccountState, readAccount } from './accounts.ts';
import { addressOf, contextOf, listOf, objectOf } from './read-json.ts';
import type { Call } from './rpc-pool.ts';

/** Which accounts of a program: those whose data starts with the discriminator (8 bytes) and the address after it. */
export interface ProgramAccountsQuery {
  readonly program: Address;
  readonly starts: readonly [Uint8Array, Address];
  readonly minContextSlot: bigint | null;
  /** Only so many bytes of each. */
  readonly bytes?: number;
}

/** Accounts of a program at finalized. Filters are a node's promise: the caller looks at what it gets again. */
export async function fetchProgramAccounts(
  call: Call,
  { program, starts: [discriminator, named], minContextSlot, bytes }: ProgramAccountsQuery,
): Promise<{
  readonly slot: bigint;
  readonly accounts: readonly { readonly address: Address; readonly account: AccountState | null }[];
}> {
  const answer = await call('getProgramAccounts', [
    program,
    {
      encoding: 'base64',
      commitment: 'finalized',
      withContext: true,
      ...(minContextSlot === null ? {} : { minContextSlot: Number(minContextSlot) }),
      ...(bytes === undefined ? {} : { dataSlice: { offset: 0, length: bytes } }),
      filters: [
        { memcmp: { offset: 0, bytes: encodeBase58(discriminator), encoding: 'base58' } },
        { memcmp: { offset: 8, bytes: named, encoding: 'base58' } },
      ],
    },
  ]);
  const { slot, value } = contextOf(answer, 'getProgramAccounts');
  const accounts = listOf(value, 'getProgramAccounts').map((entry) => {
    const { pubkey, account } = objectOf(entry, 'getProgramAccounts');
    return { address: addressOf(pubkey, 'the address of an account'), account: readAccount(account) };
  });
  return { slot, accounts };
}
