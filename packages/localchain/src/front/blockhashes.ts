/**
 * One blockhash a slot: SHA-256(genesis hash ‖ slot u64 little-endian). Being a function of the slot it needs no storage and is the
 * same after a restart. A transaction may name it for 150 slots.
 */
import { createHash } from 'node:crypto';
import { encodeBase58 } from '../bytes/base58.ts';

export const BLOCKHASH_LIFE_SLOTS = 150;
const REMEMBERED_SLOTS = 300;

export interface Blockhashes {
  at(slot: number): string;
  /** Whether a bank whose newest slot is `bankSlot` takes a transaction with this blockhash. */
  isValid(blockhash: string, bankSlot: number): boolean;
}

export function createBlockhashes(genesisHash: Uint8Array): Blockhashes {
  const slots = new Map<string, number>();
  let filledTo = -1;

  const at = (slot: number): string => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(slot));
    return encodeBase58(createHash('sha256').update(genesisHash).update(bytes).digest());
  };
  const fillTo = (slot: number): void => {
    for (let s = Math.max(filledTo + 1, slot - REMEMBERED_SLOTS, 0); s <= slot; s++) slots.set(at(s), s);
    filledTo = Math.max(filledTo, slot);
    for (const [hash, s] of slots) {
      if (s >= filledTo - REMEMBERED_SLOTS) break;
      slots.delete(hash);
    }
  };
  return {
    at,
    isValid(blockhash, bankSlot) {
      fillTo(bankSlot);
      const slot = slots.get(blockhash);
      return slot !== undefined && slot <= bankSlot && slot + BLOCKHASH_LIFE_SLOTS >= bankSlot;
    },
  };
}
