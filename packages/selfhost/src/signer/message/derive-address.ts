import { createHash } from 'node:crypto';
import { type Address, decodeBase58, encodeBase58 } from '@countersign/core';
import { isOnCurve } from './on-curve.ts';
import { ATA_PROGRAM, SQUADS_PROGRAM, TOKEN_PROGRAM } from './programs.ts';

const MARKER = Buffer.from('ProgramDerivedAddress');

/** Solana's `findProgramAddress`: the first bump from 255 downwards whose SHA-256 is not on the curve. */
export function deriveProgramAddress(program: Address, seeds: readonly Uint8Array[]): Address {
  for (let bump = 255; bump >= 0; bump -= 1) {
    const hash = createHash('sha256');
    for (const seed of seeds) hash.update(seed);
    const digest = hash.update(Uint8Array.of(bump)).update(addressBytes(program)).update(MARKER).digest();
    if (!isOnCurve(digest)) return encodeBase58(digest) as Address;
  }
  throw new Error('no program address for these seeds');
}

/** Solana's `createWithSeed`: SHA-256 of base, seed and owner program. */
export function deriveWithSeed(base: Address, seed: Uint8Array, owner: Address): Address {
  const hash = createHash('sha256').update(addressBytes(base)).update(seed).update(addressBytes(owner));
  return encodeBase58(hash.digest()) as Address;
}

export function addressBytes(address: Address): Uint8Array {
  const bytes = decodeBase58(address);
  if (bytes?.length !== 32) throw new TypeError('not an address');
  return bytes;
}

const text = (value: string): Uint8Array => Buffer.from(value);

/** Vault 0 of a multisig: where the money is. */
export function deriveVault(multisig: Address): Address {
  return deriveProgramAddress(SQUADS_PROGRAM, [text('multisig'), addressBytes(multisig), text('vault'), Uint8Array.of(0)]);
}

export function deriveMultisig(createKey: Address): Address {
  return deriveProgramAddress(SQUADS_PROGRAM, [text('multisig'), text('multisig'), addressBytes(createKey)]);
}

/** The accounts of the transaction with this index: the stored transaction and its proposal. */
export function deriveProposal(multisig: Address, index: bigint): { readonly transaction: Address; readonly proposal: Address } {
  const number = Buffer.alloc(8);
  number.writeBigUInt64LE(index);
  const seeds = [text('multisig'), addressBytes(multisig), text('transaction'), number];
  return {
    transaction: deriveProgramAddress(SQUADS_PROGRAM, seeds),
    proposal: deriveProgramAddress(SQUADS_PROGRAM, [...seeds, text('proposal')]),
  };
}

const MAX_CACHED = 4096;
const tokenAccounts = new Map<string, Address>();

/** The associated token account of `owner` for `mint` under the first SPL token program. */
export function deriveTokenAccount(owner: Address, mint: Address): Address {
  const name = `${owner} ${mint}`;
  const known = tokenAccounts.get(name);
  if (known !== undefined) return known;
  if (tokenAccounts.size >= MAX_CACHED) tokenAccounts.clear();
  const derived = deriveProgramAddress(ATA_PROGRAM, [addressBytes(owner), addressBytes(TOKEN_PROGRAM), addressBytes(mint)]);
  tokenAccounts.set(name, derived);
  return derived;
}
