import { constants, createCipheriv, createHash, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { DER_NULL, der, indefinite, objectId, sequence } from '../der.ts';

const ENVELOPED_DATA = objectId('1.2.840.113549.1.7.3');
const DATA = objectId('1.2.840.113549.1.7.1');
const RSAES_OAEP = objectId('1.2.840.113549.1.1.7');
const MGF1 = objectId('1.2.840.113549.1.1.8');
const SHA_256 = objectId('2.16.840.1.101.3.4.2.1');
const AES_256_CBC = objectId('2.16.840.1.101.3.4.1.42');
const VERSION_2 = der(0x02, Buffer.of(2));

/**
 * KMS's CiphertextForRecipient: CMS EnvelopedData in indefinite-length BER, one recipient (version 2, by subject key id), RSAES-OAEP with SHA-256, and
 * AES-256-CBC whose content comes in pieces.
 */
export function sealToRecipient(spki: Uint8Array, plaintext: Uint8Array): Buffer {
  const [contentKey, iv] = [randomBytes(32), randomBytes(16)];
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const wrapped = publicEncrypt({ key, oaepHash: 'sha256', padding: constants.RSA_PKCS1_OAEP_PADDING }, contentKey);
  const cipher = createCipheriv('aes-256-cbc', contentKey, iv);
  const content = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const sha256 = sequence(SHA_256, DER_NULL);
  const oaep = sequence(RSAES_OAEP, sequence(der(0xa0, sha256), der(0xa1, sequence(MGF1, sha256))));
  const recipient = sequence(VERSION_2, der(0x80, createHash('sha256').update(spki).digest()), oaep, der(0x04, wrapped));
  const encrypted = indefinite(0x30, DATA, sequence(AES_256_CBC, der(0x04, iv)), indefinite(0xa0, der(0x04, content)));
  return indefinite(0x30, ENVELOPED_DATA, indefinite(0xa0, indefinite(0x30, VERSION_2, der(0x31, recipient), encrypted)));
}
