import { createHash } from 'node:crypto';
import { type Address, decodeBase58 } from '@countersign/core';
import { addressOfBytes } from './address-bytes.ts';
import { isOnCurve } from './on-curve.ts';

const MARKER = Buffer.from('ProgramDerivedAddress');
const REMEMBERED = 8_192;
const remembered = new Map<string, Address>();

/**
 * The program-derived address of seeds: sha256(seeds ‖ bump ‖ program ‖ "ProgramDerivedAddress") with the highest bump from 255 down
 * that is not a point of the curve (Solana's `find_program_address`). A pure function, the last 8,192 results of which are kept.
 */
export function deriveAddress(program: Address, seeds: readonly Uint8Array[]): Address {
  const key = `${program} ${seeds.map((seed) => Buffer.from(seed).toString('latin1')).join('\u{10ffff}')}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const made = search(program, seeds);
  if (remembered.size >= REMEMBERED) remembered.clear();
  remembered.set(key, made);
  return made;
}

function search(program: Address, seeds: readonly Uint8Array[]): Address {
  const programBytes = decodeBase58(program);
  if (programBytes === null) throw new TypeError(`not an address: ${program}`);
  if (seeds.length > 15 || seeds.some((seed) => seed.length > 32)) throw new TypeError('too many or too long seeds');
  const seeded = createHash('sha256');
  for (const seed of seeds) seeded.update(seed);
  for (let bump = 255; bump >= 0; bump -= 1) {
    const hash = seeded.copy().update(Uint8Array.of(bump)).update(programBytes).update(MARKER).digest();
    if (!isOnCurve(hash)) return addressOfBytes(hash);
  }
  throw new Error('no bump gives an address off the curve');
}
