import type { Address } from '@countersign/core';
import type { AccountFact } from '../account-facts.ts';
import { LOOKUP_TABLE } from '../addresses/programs.ts';
import { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';

const LOOKUP_TABLE_STATE = 1;
const HEADER_BYTES = 56;
const ACTIVE = 2n ** 64n - 1n;

/**
 * The addresses that a message may take from a lookup table at a slot. Layout (address-lookup-table-interface): u32 1, u64 deactivation slot
 * (the largest number while active), u64 slot of the last extension, u8 length before that extension, option of the authority (33), padding;
 * addresses from byte 56. What was added in the slot itself cannot be taken yet. Throws `Malformed` for a table that is no active one.
 */
export function readLookupTable(table: Address, fact: AccountFact | null | undefined, slot: bigint): readonly Address[] {
  const refuse = (problem: string): never => {
    throw new Malformed(`takes accounts from lookup table ${table}, which ${problem}`);
  };
  if (fact === undefined) return refuse('was not read');
  if (fact === null) return refuse('does not exist');
  if (fact.owner !== LOOKUP_TABLE) return refuse(`belongs to ${fact.owner}, not to the lookup table program`);
  if (fact.data.length < HEADER_BYTES || (fact.data.length - HEADER_BYTES) % 32 !== 0) return refuse('is no lookup table');
  const data = new ByteReader(fact.data);
  if (data.u32() !== LOOKUP_TABLE_STATE) return refuse('is no lookup table');
  if (data.u64() !== ACTIVE) return refuse('is being closed');
  const lastExtendedSlot = data.u64();
  const lengthBefore = data.u8();
  data.bytes(HEADER_BYTES - 21);
  const addresses = data.list((fact.data.length - HEADER_BYTES) / 32, () => data.address());
  return slot > lastExtendedSlot ? addresses : addresses.slice(0, lengthBefore);
}
