import {
  constants,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  randomBytes,
} from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { KmsState } from '../../src/kms-double/authorize.ts';
import { runOperation } from '../../src/kms-double/operations.ts';
import type { Principal } from '../../src/kms-double/principals.ts';
import { type AttestationTerms, createTestPki } from '../../src/test-pki/index.ts';

const NOW_MS = Date.now();
const pki = createTestPki(NOW_MS);
const other = createTestPki(NOW_MS);
const state: KmsState = { keys: new Map(), nowMs: () => NOW_MS, attestationRoot: pki.rootPem };
const IMAGE = Buffer.alloc(48, 7);
const ROLE = 'arn:aws:iam::123456789012:role/enclave-host';
const principal: Principal = { arn: ROLE, account: '123456789012', iamActions: ['kms:CreateKey'], session: null };
const run = (operation: string, input: object): Record<string, string> =>
  runOperation(state, { operation, input: { ...input }, principal, region: 'eu-central-1' }) as Record<string, string>;

const recipientKey = generateKeyPairSync('rsa', { modulusLength: 2048 });
const attest = (change: Partial<AttestationTerms> = {}, by = pki): object => {
  const publicKey = Uint8Array.from(recipientKey.publicKey.export({ format: 'der', type: 'spki' }));
  const pcrs = new Map(
    [
      [0, IMAGE],
      [3, Buffer.alloc(48, 3)],
    ].map(([index, value]) => [index as number, Uint8Array.from(value as Buffer)]),
  );
  const document = by.attest({ pcrs, publicKey, nonce: null, userData: null, timestampMs: NOW_MS, ...change });
  return { Recipient: { AttestationDocument: document.toString('base64'), KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256' } };
};

/** A reader of BER with definite and indefinite lengths; constructed elements give their children. */
interface Element {
  readonly value: Buffer;
  readonly children: readonly Element[];
  readonly end: number;
}
function readElement(bytes: Buffer, at = 0): Element {
  const [tag = 0, length = 0] = bytes.subarray(at, at + 2);
  const lengthBytes = length > 0x80 ? length & 0x7f : 0;
  const start = at + 2 + lengthBytes;
  const size = lengthBytes > 0 ? bytes.readUIntBE(at + 2, lengthBytes) : length;
  const end = length === 0x80 ? Number.POSITIVE_INFINITY : start + size;
  const children: Element[] = [];
  let next = start;
  if ((tag & 0x20) !== 0)
    while (next < end && !(end === Number.POSITIVE_INFINITY && bytes.readUInt16BE(next) === 0)) {
      const child = readElement(bytes, next);
      children.push(child);
      next = child.end;
    }
  if (end === Number.POSITIVE_INFINITY) return { value: Buffer.alloc(0), children, end: next + 2 };
  return { value: bytes.subarray(start, end), children, end };
}
function openForRecipient(ber: Buffer, key: KeyObject): Buffer {
  const enveloped = readElement(ber).children[1]?.children[0]?.children ?? [];
  const wrapped = enveloped[1]?.children[0]?.children[3]?.value ?? Buffer.alloc(0);
  const [, algorithm, content] = enveloped[2]?.children ?? [];
  const contentKey = privateDecrypt({ key, oaepHash: 'sha256', padding: constants.RSA_PKCS1_OAEP_PADDING }, wrapped);
  const decipher = createDecipheriv('aes-256-cbc', contentKey, algorithm?.children[1]?.value ?? Buffer.alloc(0));
  return Buffer.concat([decipher.update(Buffer.concat(content?.children.map(({ value }) => value) ?? [])), decipher.final()]);
}
const opened = (answer: Record<string, string>): Buffer =>
  openForRecipient(Buffer.from(answer['CiphertextForRecipient'] ?? '', 'base64'), recipientKey.privateKey);

const create = (KeySpec: string, KeyUsage: string, Condition: object, actions: readonly string[]): string => {
  const allow = (Action: readonly string[], condition: object) => ({
    Effect: 'Allow',
    Principal: { AWS: ROLE },
    Action,
    Resource: '*',
    Condition: condition,
  });
  const Statement = [allow(['kms:PutKeyPolicy', 'kms:GetPublicKey', 'kms:Encrypt'], {}), allow(actions, Condition)];
  const made = run('CreateKey', { KeySpec, KeyUsage, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
  return (made['KeyMetadata'] as unknown as { readonly Arn: string }).Arn;
};
const attested = { StringEqualsIgnoreCase: { 'kms:RecipientAttestation:ImageSha384': IMAGE.toString('hex').toUpperCase() } };
const nameOf = (act: () => unknown): string => {
  try {
    act();
    return 'ok';
  } catch (error) {
    return (error as Error).name;
  }
};

describe('attestation conditions in the double', () => {
  let keyArn: string;
  beforeAll(() => {
    keyArn = create('ECC_NIST_P256', 'KEY_AGREEMENT', attested, ['kms:DeriveSharedSecret']);
  });
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const PublicKey = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const derive = (recipient: object) =>
    run('DeriveSharedSecret', { KeyId: keyArn, KeyAgreementAlgorithm: 'ECDH', PublicKey, ...recipient });

  test('the enclave with the right image gets the shared secret, sealed to its own key', () => {
    const mine = createPublicKey({
      key: Buffer.from(run('GetPublicKey', { KeyId: keyArn })['PublicKey'] ?? '', 'base64'),
      format: 'der',
      type: 'spki',
    });
    const answer = derive(attest());
    expect(answer['SharedSecret']).toBeUndefined();
    expect(opened(answer)).toEqual(diffieHellman({ privateKey: pair.privateKey, publicKey: mine }));
  });
  test('another image, another root, an old document, a changed one, none: nothing', () => {
    const image = new Map([[0, Uint8Array.from(Buffer.alloc(48, 8))]]);
    expect(nameOf(() => derive(attest({ pcrs: image })))).toBe('AccessDeniedException');
    expect(nameOf(() => derive({}))).toBe('AccessDeniedException');
    expect(nameOf(() => derive(attest({}, other)))).toBe('ValidationException');
    for (const timestampMs of [NOW_MS - 301_000, NOW_MS + 301_000])
      expect(nameOf(() => derive(attest({ timestampMs })))).toBe('ValidationException');
    const { Recipient } = attest() as { readonly Recipient: { readonly AttestationDocument: string } };
    const bytes = Buffer.from(Recipient.AttestationDocument, 'base64');
    for (const at of [5, 200, bytes.length - 300, bytes.length - 10]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const result = nameOf(() => derive({ Recipient: { ...Recipient, AttestationDocument: changed.toString('base64') } }));
      expect(['ok', 'AccessDeniedException'], `byte ${at}`).not.toContain(result);
    }
    expect(nameOf(() => derive(attest({ publicKey: null })))).toBe('ValidationException');
  });
  test('data keys, decryption and randomness answer to the recipient too; PCRs can be named', () => {
    const condition = { StringEquals: { 'kms:RecipientAttestation:PCR3': Buffer.alloc(48, 3).toString('hex') } };
    const KeyId = create('SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT', condition, ['kms:Decrypt', 'kms:GenerateDataKey']);
    const secret = randomBytes(32);
    const { CiphertextBlob } = run('Encrypt', { KeyId, Plaintext: secret.toString('base64') });
    expect(nameOf(() => run('Decrypt', { KeyId, CiphertextBlob }))).toBe('AccessDeniedException');
    expect(opened(run('Decrypt', { KeyId, CiphertextBlob, ...attest() }))).toEqual(secret);
    const dataKey = run('GenerateDataKey', { KeyId, KeySpec: 'AES_256', ...attest() });
    expect(dataKey['Plaintext']).toBeUndefined();
    expect(opened(run('Decrypt', { KeyId, CiphertextBlob: dataKey['CiphertextBlob'], ...attest() }))).toEqual(opened(dataKey));
    expect(opened(run('GenerateRandom', { NumberOfBytes: 24, ...attest() }))).toHaveLength(24);
  });
  test('a condition on attestation never holds for Sign: it takes no document', () => {
    const KeyId = create('ECC_NIST_EDWARDS25519', 'SIGN_VERIFY', attested, ['kms:Sign']);
    const asked = { KeyId, Message: 'AA==', MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512' };
    expect(nameOf(() => run('Sign', asked))).toBe('AccessDeniedException');
    expect(nameOf(() => run('Sign', { ...asked, ...attest() }))).toBe('AccessDeniedException');
  });
});
