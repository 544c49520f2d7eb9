import type { Address } from '@countersign/core';
import { bytesOfAddress } from './address-bytes.ts';
import { deriveAddress } from './derive-address.ts';
import { ASSOCIATED_TOKEN } from './programs.ts';

const REMEMBERED = 8_192;
const remembered = new Map<string, Address>();

/** The associated token account of a wallet for a mint of a token program. The last 8,192 are remembered. */
export function tokenAccountOf(owner: Address, mint: Address, program: Address): Address {
  const key = `${owner} ${mint} ${program}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const made = deriveAddress(ASSOCIATED_TOKEN, [bytesOfAddress(owner), bytesOfAddress(program), bytesOfAddress(mint)]);
  if (remembered.size >= REMEMBERED) remembered.clear();
  remembered.set(key, made);
  return made;
}
