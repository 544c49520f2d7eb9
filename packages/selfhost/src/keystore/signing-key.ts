import { type Address, encodeBase58 } from '@countersign/core';
import sodium from 'sodium-native';
import { type GuardedSecret, guardSecret, withScratchSync } from '../memory/guarded-secret.ts';
import { createMacKey, type MacKey } from './mac-key.ts';

export const SEED_BYTES = 32;

/** An Ed25519 key in guarded memory. It can sign and derive; nothing gives its bytes back (INVARIANT I9). */
export interface SigningKey extends MacKey {
  readonly address: Address;
  /** 64 bytes, Ed25519 (RFC 8032). */
  sign(message: Uint8Array): Uint8Array;
  /** Signs with the child key whose seed is BLAKE2b-256(key = seed, `label`). */
  child(label: string): SigningKey;
  /** Lends the seed to `seal`, for encryption into a key file. */
  sealSeed<T>(seal: (seed: Buffer) => T): T;
  wipe(): void;
}

/** Takes a seed that `fill` writes into guarded memory. */
export function createSigningKey(fill: (seed: Buffer) => void): SigningKey {
  const publicKey = Buffer.alloc(sodium.crypto_sign_PUBLICKEYBYTES);
  const secret = guardSecret(sodium.crypto_sign_SECRETKEYBYTES, (secretKey) =>
    withScratchSync(SEED_BYTES, (seed) => {
      fill(seed);
      sodium.crypto_sign_seed_keypair(publicKey, secretKey, seed);
    }),
  );
  return fromSecret(encodeBase58(publicKey) as Address, secret);
}

export function generateSigningKey(): SigningKey {
  return createSigningKey((seed) => sodium.randombytes_buf(seed));
}

/** libsodium's secret key is seed (32 bytes) and public key (32 bytes). */
function fromSecret(address: Address, secret: GuardedSecret): SigningKey {
  const withSeed = <T>(work: (seed: Buffer) => T): T => secret.use((secretKey) => work(secretKey.subarray(0, SEED_BYTES)));
  return {
    address,
    sign: (message) =>
      secret.use((secretKey) => {
        const signature = Buffer.alloc(sodium.crypto_sign_BYTES);
        sodium.crypto_sign_detached(signature, Buffer.from(message), secretKey);
        return Uint8Array.from(signature);
      }),
    // libsodium's secret key begins with the seed.
    ...createMacKey(secret),
    child: (label) => createSigningKey((childSeed) => withSeed((seed) => sodium.crypto_generichash(childSeed, Buffer.from(label), seed))),
    sealSeed: withSeed,
    wipe: secret.wipe,
  };
}

/** Whether `signature` is the Ed25519 signature of `message` under `publicKey` (32 bytes). */
export function verifySignature(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== sodium.crypto_sign_BYTES || publicKey.length !== sodium.crypto_sign_PUBLICKEYBYTES) return false;
  return sodium.crypto_sign_verify_detached(Buffer.from(signature), Buffer.from(message), Buffer.from(publicKey));
}
