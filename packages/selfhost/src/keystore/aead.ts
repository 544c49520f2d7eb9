import sodium from 'sodium-native';

export const NONCE_BYTES: number = sodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
export const TAG_BYTES: number = sodium.crypto_aead_xchacha20poly1305_ietf_ABYTES;

/** XChaCha20-Poly1305 (IETF) with a fresh random 24-byte nonce; the 16-byte tag ends the ciphertext. */
export function sealBytes(key: Buffer, plaintext: Buffer, associated: Uint8Array): { readonly nonce: string; readonly ciphertext: string } {
  const nonce = Buffer.alloc(NONCE_BYTES);
  sodium.randombytes_buf(nonce);
  const ciphertext = Buffer.alloc(plaintext.length + TAG_BYTES);
  sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(ciphertext, plaintext, Buffer.from(associated), null, nonce, key);
  return { nonce: nonce.toString('hex'), ciphertext: ciphertext.toString('hex') };
}

/** Decrypts into `output`; `false` when key, nonce, ciphertext or associated data do not belong together. */
export function openBytes(
  output: Buffer,
  key: Buffer,
  sealed: { readonly nonce: string; readonly ciphertext: string },
  associated: Uint8Array,
): boolean {
  try {
    sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
      output,
      null,
      Buffer.from(sealed.ciphertext, 'hex'),
      Buffer.from(associated),
      Buffer.from(sealed.nonce, 'hex'),
      key,
    );
    return true;
  } catch {
    return false;
  }
}
