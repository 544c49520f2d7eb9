import sodium from 'sodium-native';
import { type GuardedSecret, withScratchSync } from '../memory/guarded-secret.ts';

/** Proves that bytes come from whoever has the secret; gives nothing of it away. */
export interface MacKey {
  /** BLAKE2b-256 of `parts`, keyed with BLAKE2b-256(key = secret, `label`). */
  mac(label: string, parts: readonly Uint8Array[]): Uint8Array;
}

/** Over the first 32 bytes of a secret. */
export function createMacKey(secret: GuardedSecret): MacKey {
  return {
    mac: (label, parts) =>
      withScratchSync(32, (key) => {
        secret.use((bytes) => sodium.crypto_generichash(key, Buffer.from(label), bytes.subarray(0, 32)));
        const output = Buffer.alloc(32);
        sodium.crypto_generichash_batch(
          output,
          parts.map((part) => Buffer.from(part)),
          key,
        );
        return Uint8Array.from(output);
      }),
  };
}
