import type { Address } from '@countersign/core';
import type { Address as KitAddress } from '@solana/kit';

/** The same text under Kit's brand: both mean base58 of 32 bytes. */
export function kitAddress(address: Address): KitAddress {
  return address as string as KitAddress;
}

/** The same text under core's brand. */
export function coreAddress(address: KitAddress): Address {
  return address as string as Address;
}
