import type { Address } from '@countersign/core';
import { bytesOfAddress } from './address-bytes.ts';
import { deriveAddress } from './derive-address.ts';
import { SQUADS } from './programs.ts';

const text = (seed: string): Uint8Array => Buffer.from(seed, 'ascii');
const PREFIX = text('multisig');

function u64(index: bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(index);
  return bytes;
}

export function programConfigOf(): Address {
  return deriveAddress(SQUADS, [PREFIX, text('program_config')]);
}

export function multisigOf(createKey: Address): Address {
  return deriveAddress(SQUADS, [PREFIX, PREFIX, bytesOfAddress(createKey)]);
}

/** The vault of index 0, where the funds are. */
export function vaultOf(multisig: Address): Address {
  return deriveAddress(SQUADS, [PREFIX, bytesOfAddress(multisig), text('vault'), Uint8Array.of(0)]);
}

export function transactionOf(multisig: Address, index: bigint): Address {
  return deriveAddress(SQUADS, [PREFIX, bytesOfAddress(multisig), text('transaction'), u64(index)]);
}

export function proposalOf(multisig: Address, index: bigint): Address {
  return deriveAddress(SQUADS, [PREFIX, bytesOfAddress(multisig), text('transaction'), u64(index), text('proposal')]);
}

export function spendingLimitOf(multisig: Address, createKey: Address): Address {
  return deriveAddress(SQUADS, [PREFIX, bytesOfAddress(multisig), text('spending_limit'), bytesOfAddress(createKey)]);
}
