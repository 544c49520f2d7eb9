/**
 * Address lookup tables of version 0 transactions. Table layout: state u32 (1 = table), deactivation slot u64, last extended slot u64,
 * first address of the last extension u8, authority option, padding to 56 bytes; then 32 bytes an address.
 */
import { encodeBase58 } from '../bytes/base58.ts';
import type { SvmAccount } from '../svm/svm.ts';
import { LOOKUP_TABLE_PROGRAM } from '../wire/programs.ts';
import type { WireMessage } from '../wire/transaction.ts';
import type { LoadedAddresses } from './landed-transaction.ts';

const HEADER_BYTES = 56;

export type Lookups = { readonly ok: true; readonly loaded: LoadedAddresses } | { readonly ok: false; readonly error: string };

/** The loaded addresses of a message; `read` gives the accounts of the bank that it runs in. The error is a `TransactionError`. */
export async function loadLookups(message: WireMessage, read: (address: string) => Promise<SvmAccount | null>): Promise<Lookups> {
  const writable: string[] = [];
  const readonly: string[] = [];
  for (const lookup of message.lookups) {
    const table = await read(lookup.table);
    if (table === null) return { ok: false, error: 'AddressLookupTableNotFound' };
    if (table.owner !== LOOKUP_TABLE_PROGRAM) return { ok: false, error: 'InvalidAddressLookupTableOwner' };
    if (table.data.length < HEADER_BYTES || table.data[0] !== 1) return { ok: false, error: 'InvalidAddressLookupTableData' };
    for (const [indexes, into] of [[lookup.writable, writable] as const, [lookup.readonly, readonly] as const]) {
      for (const index of indexes) {
        const start = HEADER_BYTES + index * 32;
        if (start + 32 > table.data.length) return { ok: false, error: 'InvalidAddressLookupTableIndex' };
        into.push(encodeBase58(table.data.subarray(start, start + 32)));
      }
    }
  }
  return { ok: true, loaded: { writable, readonly } };
}
