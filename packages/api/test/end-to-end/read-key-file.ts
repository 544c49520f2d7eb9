import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createTestKey, type TestKey } from '@countersign/testkit';
import sodium from 'sodium-native';
import { PASSPHRASE, type Stack } from './stack.ts';

export interface OpenedKeyFile {
  readonly seed: Buffer;
  readonly key: TestKey;
}

interface SealedKeyFile {
  readonly kdf: Kdf;
  readonly nonce: string;
  readonly ciphertext: string;
}
export interface Kdf {
  readonly memoryKib: number;
  readonly passes: number;
  /** Hex. */
  readonly salt: string;
}

/** What somebody who has the keystore's folder and its passphrase can do. */
export async function stealAgentKey(stack: Stack, walletId: string, file = 'agent.json'): Promise<OpenedKeyFile> {
  return openKeyFile(await readFile(join(keystoreOf(stack), walletId, file)));
}

export async function stealFeeKey(stack: Stack): Promise<OpenedKeyFile> {
  return openKeyFile(await readFile(join(keystoreOf(stack), 'fee.json')));
}

export const keystoreOf = ({ signer }: Stack): string => join(dirname(signer.socketPath), 'keystore');

/** Argon2id of a passphrase, 32 bytes. */
export function stretch(passphrase: string, { memoryKib, passes, salt }: Kdf): Buffer {
  const secret = Buffer.alloc(32);
  const given = Buffer.from(passphrase);
  sodium.crypto_pwhash(secret, given, Buffer.from(salt, 'hex'), passes, memoryKib * 1024, sodium.crypto_pwhash_ALG_ARGON2ID13);
  return secret;
}

/** Opens a sealed key file by docs/spec/keystore.md, with none of the signer's code. Throws where it was changed. */
export function openKeyFile(bytes: Uint8Array): OpenedKeyFile {
  const { nonce, ciphertext, ...header } = JSON.parse(Buffer.from(bytes).toString('utf8')) as SealedKeyFile;
  const associated = Buffer.from(`${JSON.stringify(header, null, 2)}\n`);
  const [seed, sealed] = [Buffer.alloc(32), Buffer.from(ciphertext, 'hex')];
  const secret = stretch(PASSPHRASE, header.kdf);
  sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(seed, null, sealed, associated, Buffer.from(nonce, 'hex'), secret);
  return { seed, key: createTestKey(seed) };
}
