import { createHash } from 'node:crypto';
import type { Address } from '@countersign/core';
import { addressOfBytes, bytesOfAddress } from './address-bytes.ts';

/** Solana's `create_with_seed`: sha256(base ‖ seed ‖ owning program). */
export function seededAddress(base: Address, seed: Uint8Array, owner: Address): Address {
  return addressOfBytes(createHash('sha256').update(bytesOfAddress(base)).update(seed).update(bytesOfAddress(owner)).digest());
}
