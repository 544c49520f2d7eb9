import { type Address, isAddress, sha256 } from '@countersign/core';
import sodium from 'sodium-native';
import { assertOneSpelling, formatDocument, hexField, parseDocument } from '../keystore/canonical-json.ts';
import { derivePassphraseKey, type KdfFloor, readStoredKdf, type StoredKdf } from '../keystore/kdf.ts';
import { KeyFileError } from '../keystore/key-file-problem.ts';
import { createSigningKey, SEED_BYTES, type SigningKey } from '../keystore/signing-key.ts';
import { type GuardedSecret, guardSecret, withScratch, withScratchSync } from '../memory/guarded-secret.ts';

const FORMAT = 'countersign-sealed-owner-key';
const HEADER_HASH_BYTES = 32;
const PLAIN_BYTES = SEED_BYTES + HEADER_HASH_BYTES;
export const SEALED_BYTES: number = PLAIN_BYTES + 48;

/** To whom an owner key is sealed: the public half of the X25519 pair that the passphrase gives with this salt. */
export interface SealedOwnerRecipient {
  readonly kdf: StoredKdf;
  /** 32 bytes as hex. */
  readonly boxPublicKey: string;
}
export interface SealedOwnerFile extends SealedOwnerRecipient {
  readonly owner: Address;
  readonly sealed: string;
}

/** Derives the X25519 pair of a passphrase; the secret half stays in guarded memory. */
export async function deriveBoxKey(
  passphrase: Buffer,
  kdf: StoredKdf,
): Promise<{ readonly publicKey: Buffer; readonly secretKey: GuardedSecret }> {
  return withScratch(sodium.crypto_box_SEEDBYTES, async (seed) => {
    await derivePassphraseKey(seed, passphrase, kdf);
    const publicKey = Buffer.alloc(sodium.crypto_box_PUBLICKEYBYTES);
    const secretKey = guardSecret(sodium.crypto_box_SECRETKEYBYTES, (secret) => sodium.crypto_box_seed_keypair(publicKey, secret, seed));
    return { publicKey, secretKey };
  });
}

/** The text of a file that holds `key`. The sealed box holds the seed and SHA-256 of the header, so that the header is bound too. */
export function sealOwnerKey(recipient: SealedOwnerRecipient, key: SigningKey): string {
  const sealed = Buffer.alloc(SEALED_BYTES);
  withScratchSync(PLAIN_BYTES, (plain) => {
    key.sealSeed((seed) => seed.copy(plain));
    plain.set(sha256(formatDocument(headerOf(recipient, key.address))), SEED_BYTES);
    sodium.crypto_box_seal(sealed, plain, Buffer.from(recipient.boxPublicKey, 'hex'));
  });
  const { kdf, boxPublicKey } = recipient;
  return formatSealedOwnerFile({ kdf, boxPublicKey, owner: key.address, sealed: sealed.toString('hex') });
}

export function formatSealedOwnerFile(content: SealedOwnerFile): string {
  return formatDocument({ ...headerOf(content, content.owner), sealed: content.sealed });
}

export function readSealedOwnerFile(bytes: Uint8Array, floor: KdfFloor, file: string): SealedOwnerFile {
  const map = parseDocument(bytes, FORMAT, 1, file);
  const kdf = readStoredKdf(map['kdf'], floor, file);
  const boxPublicKey = hexField(map, 'boxPublicKey', sodium.crypto_box_PUBLICKEYBYTES, file);
  const owner = map['owner'];
  if (typeof owner !== 'string' || !isAddress(owner)) throw new KeyFileError('malformed', file, 'owner is not base58 of 32 bytes');
  const sealed = hexField(map, 'sealed', SEALED_BYTES, file);
  assertOneSpelling(bytes, { ...headerOf({ kdf, boxPublicKey }, owner), sealed }, file);
  return { kdf, boxPublicKey, owner, sealed };
}

/** Opens the seed into guarded memory. Errors: `wrong_passphrase`, `tampered`. */
export async function unsealOwnerKey(content: SealedOwnerFile, passphrase: Buffer, file: string): Promise<SigningKey> {
  const box = await deriveBoxKey(passphrase, content.kdf);
  try {
    if (box.publicKey.toString('hex') !== content.boxPublicKey)
      throw new KeyFileError('wrong_passphrase', file, 'the passphrase is wrong (or the salt or public key was changed)');
    const key = createSigningKey((seed) =>
      withScratchSync(PLAIN_BYTES, (plain) => {
        const ciphertext = Buffer.from(content.sealed, 'hex');
        const opened = box.secretKey.use((secret) => sodium.crypto_box_seal_open(plain, ciphertext, box.publicKey, secret));
        const bound = opened && plain.subarray(SEED_BYTES).equals(sha256(formatDocument(headerOf(content, content.owner))));
        if (!bound) throw new KeyFileError('tampered', file, 'does not authenticate: header or sealed box was changed');
        plain.copy(seed, 0, 0, SEED_BYTES);
      }),
    );
    if (key.address === content.owner) return key;
    key.wipe();
    throw new KeyFileError('tampered', file, 'holds another key than its header says');
  } finally {
    box.secretKey.wipe();
  }
}

function headerOf({ kdf, boxPublicKey }: SealedOwnerRecipient, owner: Address): object {
  return { format: FORMAT, version: 1, kdf, boxPublicKey, owner };
}
