/** Ed25519 verification of a transaction's signatures over its message. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { addressBytes } from '../bytes/address.ts';
import type { WireTransaction } from '../wire/transaction.ts';

/** The SubjectPublicKeyInfo header of an Ed25519 key (RFC 8410), before its 32 bytes. */
const SPKI_HEADER = Buffer.from('302a300506032b6570032100', 'hex');
const MOST_KEYS = 5_000;
const keys: Map<string, KeyObject> = new Map();

/** Whether every required signature is there and right. */
export function signaturesAreValid(transaction: WireTransaction): boolean {
  return transaction.signatures.every((signature, index) => {
    const key = keyOf(transaction.message.staticKeys[index] ?? '');
    return key !== null && verify(null, transaction.messageBytes, key, signature);
  });
}

function keyOf(address: string): KeyObject | null {
  const known = keys.get(address);
  if (known !== undefined) return known;
  try {
    const key = createPublicKey({ key: Buffer.concat([SPKI_HEADER, addressBytes(address)]), format: 'der', type: 'spki' });
    if (keys.size >= MOST_KEYS) keys.clear();
    keys.set(address, key);
    return key;
  } catch {
    return null;
  }
}
