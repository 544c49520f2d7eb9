import { type Address, address, encodeBase58 } from '@countersign/core';

/** RFC 8410: SubjectPublicKeyInfo of an Ed25519 key is these 12 bytes and the 32 bytes of the key. */
const PREFIX = Uint8Array.from([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]);
const SPKI_BYTES = 44;

/** The address of an Ed25519 public key in its one DER form, compared byte by byte; `null` for anything else. */
export function parseEd25519Spki(bytes: Uint8Array): Address | null {
  if (bytes.length !== SPKI_BYTES || PREFIX.some((byte, index) => bytes[index] !== byte)) return null;
  return address(encodeBase58(bytes.subarray(PREFIX.length)));
}
