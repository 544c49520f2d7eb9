import { createHash } from 'node:crypto';
import { type Address, address, encodeBase58, verifyEd25519 } from '@countersign/core';
import { createTestKey, type TestKey } from '@countersign/testkit';

/**
 * Keys whose signatures cost a hash: 64 bytes of SHA-512 over address and message. Only this module knows that they are no real ones; who
 * verifies them still finds every byte that differs. The owners' keys are real Ed25519, since the services verify them themselves.
 */
export interface CheapKeys {
  /** The next key; the same ones in the same order in every simulation. */
  makeKey(): TestKey;
  verify(signer: Address, message: Uint8Array, signature: Uint8Array): boolean;
}

const prefix = 'simulated key ';
const known = new Map<number, Address>();
function addressOf(index: number): Address {
  const made = known.get(index) ?? address(encodeBase58(createHash('sha256').update(`${prefix}${index}`).digest()));
  known.set(index, made);
  return made;
}
function sign(signer: Address, message: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha512').update(signer).update(message).digest());
}

export function createCheapKeys(): CheapKeys {
  const mine = new Set<Address>();
  let made = 0;
  return {
    makeKey() {
      const key = addressOf(made);
      made += 1;
      mine.add(key);
      return { address: key, sign: (message) => sign(key, message) };
    },
    verify(signer, message, signature) {
      if (!mine.has(signer)) return verifiedOnce(signer, message, signature);
      return Buffer.compare(sign(signer, message), signature) === 0;
    },
  };
}

const MOST_REMEMBERED = 20_000;
const verified = new Map<string, boolean>();

/** Ed25519, answered at once for what was asked before in this process. */
function verifiedOnce(signer: Address, message: Uint8Array, signature: Uint8Array): boolean {
  const key = createHash('sha256').update(signer).update(signature).update(message).digest('base64');
  const before = verified.get(key);
  if (before !== undefined) return before;
  const answer = verifyEd25519(signer, message, signature);
  if (verified.size >= MOST_REMEMBERED) verified.clear();
  verified.set(key, answer);
  return answer;
}

/** Real keys, the same in every simulation. */
export const OWNERS: readonly TestKey[] = [1, 2].map((fill) => createTestKey(Buffer.alloc(32, fill)));
export const RECIPIENTS: readonly Address[] = [11, 12, 13].map((fill) => createTestKey(Buffer.alloc(32, fill)).address);
/** In no policy. */
export const STRANGER: Address = createTestKey(Buffer.alloc(32, 14)).address;
