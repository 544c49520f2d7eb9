import { decodeBase58 } from './base58.ts';

/** Bytes already decoded from addresses: the same few hundred addresses are met in every transaction. */
const known: Map<string, Uint8Array> = new Map();
const MOST_KNOWN = 20_000;

/** The 32 bytes of an address, or `null` when the text is not base58 of exactly 32 bytes. */
export function addressBytesOrNull(address: string): Uint8Array | null {
  const hit = known.get(address);
  if (hit !== undefined) return hit;
  if (address.length < 32 || address.length > 44) return null;
  const bytes = decodeBase58(address);
  if (bytes === null || bytes.length !== 32) return null;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(address, bytes);
  return bytes;
}

/** As `addressBytesOrNull`; throws on a text that is no address, which is a bug of the caller. */
export function addressBytes(address: string): Uint8Array {
  const bytes = addressBytesOrNull(address);
  if (bytes === null) throw new Error(`not an address: ${address}`);
  return bytes;
}
