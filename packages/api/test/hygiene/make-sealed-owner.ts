import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createTestKey } from '@countersign/testkit';
import sodium from 'sodium-native';
import { stretch } from '../end-to-end/read-key-file.ts';

/** A sealed owner key whose seed the test knows, by docs/spec/sealed-owner-key.md. */
export async function makeSealedOwner(path: string, passphrase: string): Promise<{ readonly seed: Buffer; readonly owner: string }> {
  const seed = randomBytes(32);
  const owner = createTestKey(seed).address;
  const kdf = { algorithm: 'argon2id13', memoryKib: 64 * 1024, passes: 2, salt: randomBytes(16).toString('hex') };
  const [publicKey, secretKey] = [Buffer.alloc(sodium.crypto_box_PUBLICKEYBYTES), Buffer.alloc(sodium.crypto_box_SECRETKEYBYTES)];
  sodium.crypto_box_seed_keypair(publicKey, secretKey, stretch(passphrase, kdf));
  const header = { format: 'countersign-sealed-owner-key', version: 1, kdf, boxPublicKey: publicKey.toString('hex'), owner };
  const spell = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;
  const content = Buffer.concat([seed, createHash('sha256').update(spell(header)).digest()]);
  const sealed = Buffer.alloc(content.length + sodium.crypto_box_SEALBYTES);
  sodium.crypto_box_seal(sealed, content, publicKey);
  await writeFile(path, spell({ ...header, sealed: sealed.toString('hex') }), { mode: 0o600 });
  return { seed, owner };
}
