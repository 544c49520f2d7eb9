import type { Address } from '@countersign/core';
import type { AccountFact } from '../account-facts.ts';
import { TOKEN } from '../addresses/programs.ts';
import { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';
import { mintHazards } from './extension-hazards.ts';
import { MINT_KIND, readExtensions } from './tlv.ts';

export interface MintState {
  readonly decimals: number;
  readonly hazards: readonly string[];
}

const MINT_BYTES = 82;

/**
 * option of the mint authority (u32 tag, 32), u64 supply, u8 decimals, bool initialized, option of the freeze authority (u32 tag, 32): 82
 * bytes, and for Token-2022 extensions. Throws `Malformed`.
 */
export function readMint(program: Address, fact: AccountFact): MintState {
  if (fact.owner !== program) throw new Malformed(`belongs to program ${fact.owner}`);
  if (fact.data.length < MINT_BYTES || (program === TOKEN && fact.data.length !== MINT_BYTES)) throw new Malformed('is no mint');
  const data = new ByteReader(fact.data.subarray(0, MINT_BYTES));
  data.taggedAddress();
  data.u64();
  const decimals = data.u8();
  if (!data.bool()) throw new Malformed('is no mint in use');
  data.taggedAddress();
  return { decimals, hazards: program === TOKEN ? [] : mintHazards(readExtensions(fact.data, MINT_BYTES, MINT_KIND)) };
}
