import { ADDRESS_BYTES, type Address, decodeBase58 } from '@countersign/core';
import { addressText } from './address-text.ts';

const REMEMBERED = 8_192;
const texts = new Map<string, Address>();
const bytesByText = new Map<Address, Uint8Array>();

/** The address of 32 bytes. The last 8,192 are remembered. */
export function addressOfBytes(bytes: Uint8Array): Address {
  const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const known = texts.get(key);
  if (known !== undefined) return known;
  if (bytes.length !== ADDRESS_BYTES) throw new TypeError('an address has 32 bytes');
  const made = addressText(bytes);
  if (texts.size >= REMEMBERED) texts.clear();
  texts.set(key, made);
  return made;
}

/** The 32 bytes of an address; not to be written to. */
export function bytesOfAddress(text: Address): Uint8Array {
  const known = bytesByText.get(text);
  if (known) return known;
  const bytes = decodeBase58(text);
  if (bytes?.length !== ADDRESS_BYTES) throw new TypeError(`not an address: ${text}`);
  if (bytesByText.size >= REMEMBERED) bytesByText.clear();
  bytesByText.set(text, bytes);
  return bytes;
}
