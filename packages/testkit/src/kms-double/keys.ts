import { createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import { type KeyPolicy, parseKeyPolicy } from './key-policy.ts';

export type KeySpec = 'ECC_NIST_EDWARDS25519' | 'ECC_NIST_P256' | 'SYMMETRIC_DEFAULT';
type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion';

/** A key of the double; its secret half is reached by the operations of this folder alone. */
export interface StoredKey {
  readonly id: string;
  readonly arn: string;
  readonly spec: KeySpec;
  readonly usage: string;
  readonly description: string;
  readonly createdAtMs: number;
  /** Asymmetric ones; `null` for symmetric ones. */
  readonly pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } | null;
  readonly secret: Buffer;
  policyText: string;
  policy: KeyPolicy;
  state: KeyState;
}

const USAGES: { readonly [Spec in KeySpec]: readonly string[] } = {
  ECC_NIST_EDWARDS25519: ['SIGN_VERIFY'],
  ECC_NIST_P256: ['KEY_AGREEMENT'],
  SYMMETRIC_DEFAULT: ['ENCRYPT_DECRYPT'],
};
const ALGORITHMS: { readonly [Spec in KeySpec]: object } = {
  ECC_NIST_EDWARDS25519: { SigningAlgorithms: ['ED25519_PH_SHA_512', 'ED25519_SHA_512'] },
  ECC_NIST_P256: { KeyAgreementAlgorithms: ['ECDH'] },
  SYMMETRIC_DEFAULT: { EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'] },
};

export function makeKey(asked: {
  readonly spec: string;
  readonly usage: string;
  readonly description: string;
  readonly policyText: string;
  readonly region: string;
  readonly account: string;
  readonly nowMs: number;
}): StoredKey {
  const { spec, usage, description, policyText, nowMs } = asked;
  if (!isSpec(spec) || !USAGES[spec].includes(usage))
    throw new AwsError('ValidationException', `KeyUsage ${usage} does not go with KeySpec ${spec}`);
  const id = randomUUID();
  return {
    ...{ id, arn: `arn:aws:kms:${asked.region}:${asked.account}:key/${id}`, spec, usage, description, createdAtMs: nowMs },
    ...{ pair: pairOf(spec), secret: randomBytes(32), policyText, policy: parseKeyPolicy(policyText), state: 'Enabled' },
  };
}

function isSpec(spec: string): spec is KeySpec {
  return Object.hasOwn(USAGES, spec);
}

function pairOf(spec: KeySpec): StoredKey['pair'] {
  if (spec === 'ECC_NIST_EDWARDS25519') return generateKeyPairSync('ed25519');
  return spec === 'ECC_NIST_P256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : null;
}

export function describe(key: StoredKey, account: string): object {
  return {
    ...{ AWSAccountId: account, KeyId: key.id, Arn: key.arn, CreationDate: key.createdAtMs / 1_000, Description: key.description },
    ...{ Enabled: key.state === 'Enabled', KeyState: key.state, KeySpec: key.spec, CustomerMasterKeySpec: key.spec, KeyUsage: key.usage },
    ...{ KeyManager: 'CUSTOMER', Origin: 'AWS_KMS', MultiRegion: false, ...ALGORITHMS[key.spec] },
  };
}

export function publicKeyOf(key: StoredKey): object {
  if (key.pair === null) throw new AwsError('UnsupportedOperationException', 'a symmetric key has no public key');
  const spki = key.pair.publicKey.export({ format: 'der', type: 'spki' });
  const about = { KeyId: key.arn, KeySpec: key.spec, CustomerMasterKeySpec: key.spec, KeyUsage: key.usage };
  return { ...about, PublicKey: spki.toString('base64'), ...ALGORITHMS[key.spec] };
}

/** ECDH with a public key given as SPKI. */
export function sharedSecretOf(key: StoredKey, spki: Buffer): Buffer {
  if (key.pair === null || key.usage !== 'KEY_AGREEMENT')
    throw new AwsError('InvalidKeyUsageException', 'the key is not for key agreement');
  return diffieHellman({ privateKey: key.pair.privateKey, publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }) });
}

export function assertUsable({ state, arn }: StoredKey): void {
  if (state === 'Disabled') throw new AwsError('DisabledException', `${arn} is disabled.`);
  if (state === 'PendingDeletion') throw new AwsError('KMSInvalidStateException', `${arn} is pending deletion.`);
}
