import { createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import { type Address, address, encodeBase58, sha256 } from '@countersign/core';

/** An Ed25519 key for tests. */
export interface TestKey {
  readonly address: Address;
  /** 32 bytes of seed, then 32 of public key. */
  readonly bytes: Uint8Array;
  sign(message: Uint8Array): { readonly signer: Address; readonly signature: Uint8Array };
}

const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A key from a text, always the same, or a fresh one. */
export function testKey(text?: string): TestKey {
  const seed = text === undefined ? randomBytes(32) : sha256(text);
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(12);
  const own = address(encodeBase58(publicKey));
  return {
    address: own,
    bytes: Uint8Array.from([...seed, ...publicKey]),
    sign: (message) => ({ signer: own, signature: Uint8Array.from(sign(null, message, key)) }),
  };
}
