import { createPublicKey, verify } from 'node:crypto';
import { ADDRESS_BYTES, type Address } from './address.ts';
import { decodeBase58 } from './base58.ts';

export const SIGNATURE_BYTES = 64;
/** RFC 8410: SubjectPublicKeyInfo of an Ed25519 key, before its 32 bytes. */
const SPKI_PREFIX = Uint8Array.from([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]);

/** Whether `signature` (64 bytes) is `signer`'s over exactly `message`. Never throws. */
export function verifyEd25519(signer: Address, message: Uint8Array, signature: Uint8Array): boolean {
  const key = decodeBase58(signer);
  if (key?.length !== ADDRESS_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  try {
    const publicKey = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, key]), format: 'der', type: 'spki' });
    return verify(null, message, publicKey, signature);
  } catch {
    return false;
  }
}
