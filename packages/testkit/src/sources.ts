import { randomBytes } from 'node:crypto';
import { type Address, type IClock, type IRandom, verifyEd25519 } from '@countersign/core';
import { createTestKey, type TestKey } from './test-key.ts';

/** Everything that a fake takes from outside: with the same sources and the same calls it does the same. */
export interface FakeSources {
  readonly clock: IClock;
  readonly random: IRandom;
  /** A new key; its 32 bytes of seed, where it has one, come from `random`. */
  makeKey(): TestKey;
  /** Whether `signature` is `signer`'s over exactly `message`, for keys of `makeKey` and for the owners'. */
  verify(signer: Address, message: Uint8Array, signature: Uint8Array): boolean;
}

/** The machine's clock, true randomness and real Ed25519. */
export const liveSources: FakeSources = {
  clock: { nowMs: () => Date.now() },
  random: { bytes: (count) => randomBytes(count) },
  makeKey: () => createTestKey(),
  verify: verifyEd25519,
};
