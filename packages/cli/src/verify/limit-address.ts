import { createHash } from 'node:crypto';
import { type Address, type AssetId, decodeBase58, sha256 } from '@countersign/core';

const SQUADS = 'SQDS4ep65T869zMMBKyuUq6aD6EgTu8psMjkvj52pCf';
const MARKER = 'ProgramDerivedAddress';

/**
 * Whether `limit` is where a spending limit for this asset under this policy revision lies: the program-derived address of
 * ["multisig", multisig, "spending_limit", sha256("countersign-limit-v1" ‖ multisig ‖ u32 LE revision ‖ asset)] with any bump.
 * Whether the bump is the highest that works is for the program to say.
 */
export function isLimitOf(limit: Address, multisig: Address, revision: number, asset: AssetId): boolean {
  const wallet = bytesOf(multisig);
  const count = Buffer.alloc(4);
  count.writeUInt32LE(revision);
  const createKey = sha256(Buffer.concat([Buffer.from('countersign-limit-v1'), wallet, count, Buffer.from(asset)]));
  const seeded = createHash('sha256').update('multisig').update(wallet).update('spending_limit').update(createKey);
  const wanted = Buffer.from(bytesOf(limit));
  for (let bump = 255; bump >= 0; bump -= 1) {
    const derived = seeded.copy().update(Uint8Array.of(bump)).update(bytesOf(SQUADS)).update(MARKER).digest();
    if (derived.equals(wanted)) return true;
  }
  return false;
}

function bytesOf(text: string): Uint8Array {
  const bytes = decodeBase58(text);
  if (bytes === null) throw new TypeError(`not base58: ${text}`);
  return bytes;
}
