import sodium from 'sodium-native';
import { type GuardedSecret, guardSecret, withScratch } from '../memory/guarded-secret.ts';
import { openBytes, sealBytes } from './aead.ts';
import { assertOneSpelling, formatDocument, hexField, parseDocument } from './canonical-json.ts';
import {
  DERIVED_KEY_BYTES,
  derivePassphraseKey,
  type KdfFloor,
  type KdfParameters,
  newStoredKdf,
  readStoredKdf,
  type StoredKdf,
} from './kdf.ts';
import { KeyFileError } from './key-file-problem.ts';

export const MASTER_FILE = 'keystore.json';
const FORMAT = 'countersign-keystore';
const CHECK_TEXT = Buffer.from('countersign keystore check value');

/** What `keystore.json` gives once the passphrase is right: the key of all key files, and the parameters that each of them repeats. */
export interface MasterKey {
  readonly kdf: StoredKdf;
  readonly key: GuardedSecret;
}

interface Header {
  readonly format: string;
  readonly version: 1;
  readonly kdf: StoredKdf;
}

/** A new `keystore.json`: its text and the key it stands for. `passphrase` is read, not kept. */
export async function createMasterFile(
  passphrase: Buffer,
  parameters: KdfParameters,
  floor: KdfFloor,
): Promise<{ readonly text: string; readonly master: MasterKey }> {
  const header: Header = { format: FORMAT, version: 1, kdf: newStoredKdf(parameters, floor, MASTER_FILE) };
  const key = await deriveKey(passphrase, header.kdf);
  const check = key.use((bytes) => sealBytes(bytes, CHECK_TEXT, associatedData(header)));
  return { text: formatDocument({ ...header, check }), master: { kdf: header.kdf, key } };
}

/** Opens `keystore.json`. The check value makes a wrong passphrase one clear error, before any key file is read. */
export async function openMasterFile(bytes: Uint8Array, passphrase: Buffer, floor: KdfFloor): Promise<MasterKey> {
  const map = parseDocument(bytes, FORMAT, 1, MASTER_FILE);
  const header: Header = { format: FORMAT, version: 1, kdf: readStoredKdf(map['kdf'], floor, MASTER_FILE) };
  const checkMap = (typeof map['check'] === 'object' && map['check'] !== null ? map['check'] : {}) as Record<string, unknown>;
  const check = {
    nonce: hexField(checkMap, 'nonce', 24, MASTER_FILE),
    ciphertext: hexField(checkMap, 'ciphertext', CHECK_TEXT.length + 16, MASTER_FILE),
  };
  assertOneSpelling(bytes, { ...header, check }, MASTER_FILE);
  const key = await deriveKey(passphrase, header.kdf);
  const plain = Buffer.alloc(CHECK_TEXT.length);
  const opened = key.use((secret) => openBytes(plain, secret, check, associatedData(header)));
  if (!opened || !plain.equals(CHECK_TEXT)) {
    key.wipe();
    throw new KeyFileError('wrong_passphrase', MASTER_FILE, 'the passphrase is wrong (or the file was changed)');
  }
  return { kdf: header.kdf, key };
}

/** A key of its own for one purpose: BLAKE2b-256(key = master key, `label`). What it seals or proves says nothing about key files. */
export function deriveSubkey({ key }: MasterKey, label: string): GuardedSecret {
  return guardSecret(DERIVED_KEY_BYTES, (secret) => key.use((bytes) => sodium.crypto_generichash(secret, Buffer.from(label), bytes)));
}

async function deriveKey(passphrase: Buffer, kdf: StoredKdf): Promise<GuardedSecret> {
  return withScratch(DERIVED_KEY_BYTES, async (scratch) => {
    await derivePassphraseKey(scratch, passphrase, kdf);
    return guardSecret(DERIVED_KEY_BYTES, (secret) => scratch.copy(secret));
  });
}

function associatedData(header: Header): Buffer {
  return Buffer.from(formatDocument(header));
}
