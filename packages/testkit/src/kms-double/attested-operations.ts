import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type Attested, verifyAttestation } from './attestation.ts';
import { authorize, type Call, type Input, type KmsState } from './authorize.ts';
import { AwsError } from './aws-error.ts';
import { blobField } from './fields.ts';
import { assertUsable, type StoredKey, sharedSecretOf } from './keys.ts';
import { sealToRecipient } from './seal-to-recipient.ts';

/** The operations that an enclave may be the recipient of: their conditions on attestation hold, and their answers are sealed to it. */
export const ATTESTED_OPERATIONS: { readonly [name: string]: (state: KmsState, call: Call) => object } = {
  DeriveSharedSecret: (state, call) =>
    withRecipient(state, call, (key, recipient) => ({
      ...{ KeyId: key.arn, KeyAgreementAlgorithm: 'ECDH', KeyOrigin: 'AWS_KMS' },
      ...answerTo(recipient, sharedSecretOf(key, blobField(call.input, 'PublicKey')), 'SharedSecret'),
    })),
  GenerateDataKey: (state, call) =>
    withRecipient(state, call, (key, recipient) => {
      const plaintext = randomBytes(32);
      return { KeyId: key.arn, CiphertextBlob: encrypt(key, plaintext).toString('base64'), ...answerTo(recipient, plaintext, 'Plaintext') };
    }),
  Decrypt: (state, call) =>
    withRecipient(state, call, (key, recipient) => ({
      KeyId: key.arn,
      ...answerTo(recipient, decrypt(key, blobField(call.input, 'CiphertextBlob')), 'Plaintext'),
    })),
  GenerateRandom: (state, { input }) => answerTo(recipientOf(state, input), randomBytes(Number(input['NumberOfBytes'] ?? 32)), 'Plaintext'),
  /** Takes no recipient. */
  Encrypt: (state, call) => {
    const key = authorize(state, call);
    assertUsable(key);
    return { KeyId: key.arn, CiphertextBlob: encrypt(key, blobField(call.input, 'Plaintext')).toString('base64') };
  },
};

function withRecipient(state: KmsState, call: Call, act: (key: StoredKey, recipient: Attested | null) => object): object {
  const recipient = recipientOf(state, call.input);
  const key = authorize(state, call, recipient);
  assertUsable(key);
  return act(key, recipient);
}

function recipientOf({ attestationRoot, nowMs }: KmsState, input: Input): Attested | null {
  const recipient = input['Recipient'] as Input | undefined;
  if (recipient === undefined) return null;
  if (recipient['KeyEncryptionAlgorithm'] !== 'RSAES_OAEP_SHA_256') throw new AwsError('ValidationException', 'KeyEncryptionAlgorithm');
  if (attestationRoot === null) throw new AwsError('ValidationException', 'this double was given no attestation root');
  return verifyAttestation(blobField(recipient, 'AttestationDocument'), attestationRoot, nowMs());
}

function answerTo(recipient: Attested | null, plaintext: Buffer, name: string): object {
  if (recipient === null) return { [name]: plaintext.toString('base64') };
  if (recipient.publicKey === null) throw new AwsError('ValidationException', 'AttestationDocument has no public key');
  return { CiphertextForRecipient: sealToRecipient(recipient.publicKey, plaintext).toString('base64') };
}

function encrypt(key: StoredKey, plaintext: Buffer): Buffer {
  if (key.usage !== 'ENCRYPT_DECRYPT') throw new AwsError('InvalidKeyUsageException', `${key.arn} does not encrypt`);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key.secret, iv);
  return Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: StoredKey, ciphertext: Buffer): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.secret, ciphertext.subarray(0, 12)).setAuthTag(ciphertext.subarray(-16));
    return Buffer.concat([decipher.update(ciphertext.subarray(12, -16)), decipher.final()]);
  } catch {
    throw new AwsError('InvalidCiphertextException', '');
  }
}
