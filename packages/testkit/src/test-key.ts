import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type Address, address, encodeBase58 } from '@countersign/core';

/** An Ed25519 key of a test; in the product no private key is an object that others can hold. */
export interface TestKey {
  readonly address: Address;
  /** 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** RFC 8410: PKCS #8 of an Ed25519 key, before its 32 bytes of seed. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export function createTestKey(seed?: Uint8Array): TestKey {
  const key: KeyObject =
    seed === undefined
      ? generateKeyPairSync('ed25519').privateKey
      : createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const { x } = key.export({ format: 'jwk' });
  return {
    address: address(encodeBase58(Buffer.from(x ?? '', 'base64url'))),
    sign: (message) => sign(null, message, key),
  };
}
