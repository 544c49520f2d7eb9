import type { GuardedSecret } from '../memory/guarded-secret.ts';
import { encodeCanonical } from '../signer/wire/canonical-cbor.ts';
import { NONCE_BYTES, openBytes, sealBytes, TAG_BYTES } from './aead.ts';

/** The purpose of the subkey that seals what the service keeps. */
export const SEAL_LABEL = 'countersign-seal-key-v1';
const VERSION = 1;
export const MAX_PLAIN_BYTES = 4096;
export const MAX_SEALED_BYTES: number = 1 + NONCE_BYTES + MAX_PLAIN_BYTES + TAG_BYTES;

/** 0x01, nonce (24), ciphertext and tag of XChaCha20-Poly1305; wallet and label are associated data. */
export function sealFor(key: GuardedSecret, wallet: string, label: string, bytes: Uint8Array): Uint8Array {
  const { nonce, ciphertext } = key.use((secret) => sealBytes(secret, Buffer.from(bytes), associatedData(wallet, label)));
  return Uint8Array.from(Buffer.concat([Uint8Array.of(VERSION), Buffer.from(nonce, 'hex'), Buffer.from(ciphertext, 'hex')]));
}

/** `null` when key, wallet, label or bytes are not those of the sealing. */
export function openFor(key: GuardedSecret, wallet: string, label: string, sealed: Uint8Array): Uint8Array | null {
  const length = sealed.length - 1 - NONCE_BYTES - TAG_BYTES;
  if (length < 0 || sealed[0] !== VERSION) return null;
  const nonce = Buffer.from(sealed.subarray(1, 1 + NONCE_BYTES)).toString('hex');
  const ciphertext = Buffer.from(sealed.subarray(1 + NONCE_BYTES)).toString('hex');
  const plain = Buffer.alloc(length);
  const opened = key.use((secret) => openBytes(plain, secret, { nonce, ciphertext }, associatedData(wallet, label)));
  return opened ? Uint8Array.from(plain) : null;
}

function associatedData(wallet: string, label: string): Uint8Array {
  return encodeCanonical({ v: VERSION, label, wallet });
}
