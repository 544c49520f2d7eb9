import type { Address } from '@countersign/core';
import { getAddressEncoder, getProgramDerivedAddress, getU8Encoder, getU64Encoder, type ReadonlyUint8Array } from '@solana/kit';
import { coreAddress, kitAddress } from './kit-address.ts';
import { ASSOCIATED_TOKEN_PROGRAM, SQUADS_PROGRAM, TOKEN_PROGRAM } from './programs.ts';

type Seed = string | ReadonlyUint8Array;

const PREFIX = 'multisig';
const REMEMBERED = 4_096;
const remembered = new Map<string, Promise<Address>>();

const bytesOf = (address: Address): ReadonlyUint8Array => getAddressEncoder().encode(kitAddress(address));

/** Derivation is a pure function of its key; the last 4,096 results are kept. */
function derive(key: string, program: Address, seeds: () => readonly Seed[]): Promise<Address> {
  const known = remembered.get(key);
  if (known) return known;
  if (remembered.size >= REMEMBERED) remembered.clear();
  const made = getProgramDerivedAddress({ programAddress: kitAddress(program), seeds: [...seeds()] }).then(([pda]) => coreAddress(pda));
  remembered.set(key, made);
  return made;
}

/** Squads v4: `["multisig", "program_config"]`. */
export function programConfigAddress(): Promise<Address> {
  return derive('config', SQUADS_PROGRAM, () => [PREFIX, 'program_config']);
}

/** Squads v4: `["multisig", "multisig", createKey]`. */
export function multisigAddress(createKey: Address): Promise<Address> {
  return derive(`multisig ${createKey}`, SQUADS_PROGRAM, () => [PREFIX, PREFIX, bytesOf(createKey)]);
}

/** Squads v4: `["multisig", multisig, "vault", u8 index]`; the funds lie in index 0. */
export function vaultAddress(multisig: Address, index = 0): Promise<Address> {
  return derive(`vault ${multisig} ${index}`, SQUADS_PROGRAM, () => [PREFIX, bytesOf(multisig), 'vault', getU8Encoder().encode(index)]);
}

/** Squads v4: `["multisig", multisig, "transaction", u64 LE index]`. */
export function transactionAddress(multisig: Address, index: bigint): Promise<Address> {
  return derive(`transaction ${multisig} ${index}`, SQUADS_PROGRAM, () => [
    PREFIX,
    bytesOf(multisig),
    'transaction',
    getU64Encoder().encode(index),
  ]);
}

/** Squads v4: `["multisig", multisig, "transaction", u64 LE index, "proposal"]`. */
export function proposalAddress(multisig: Address, index: bigint): Promise<Address> {
  return derive(`proposal ${multisig} ${index}`, SQUADS_PROGRAM, () => [
    PREFIX,
    bytesOf(multisig),
    'transaction',
    getU64Encoder().encode(index),
    'proposal',
  ]);
}

/** Squads v4: `["multisig", multisig, "spending_limit", createKey]`. */
export function spendingLimitAddress(multisig: Address, createKey: Address): Promise<Address> {
  return derive(`limit ${multisig} ${createKey}`, SQUADS_PROGRAM, () => [PREFIX, bytesOf(multisig), 'spending_limit', bytesOf(createKey)]);
}

/** The associated token account of a wallet for a mint, of the classic token program unless another is named. */
export function tokenAccountAddress(owner: Address, mint: Address, program: Address = TOKEN_PROGRAM): Promise<Address> {
  return derive(`ata ${owner} ${mint} ${program}`, ASSOCIATED_TOKEN_PROGRAM, () => [bytesOf(owner), bytesOf(program), bytesOf(mint)]);
}
