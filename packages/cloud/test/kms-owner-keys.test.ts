import { generateKeyPairSync, sign } from 'node:crypto';
import { DescribeKeyCommand, DisableKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { type DomainError, encodeBase58, type IOwnerKeys, reviewed } from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { sampleMessage } from '@countersign/testkit/contracts';
import { AwsError, type Misbehaviour } from '@countersign/testkit/kms-double';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createKmsOwnerKeys, KMS_TIMEOUT_MS, openKmsClient, ownerSession, proveKmsReader, selfTestKmsOwnerKey } from '../src/index.ts';
import { createKmsWorld, type KmsWorld, must } from './kms-world.ts';

let world: KmsWorld;
beforeAll(async () => {
  world = await createKmsWorld();
});
afterEach(() => world.double.misbehave(null));
afterAll(() => world.double.close());

const message = sampleMessage();
const signs = async (keys: IOwnerKeys): Promise<DomainError | null> => {
  const result = await keys.signWithOwnerKey({ kind: 'transaction', message: reviewed(message, 'test') });
  return result.ok ? null : result.error;
};
const opened = (client: KMSClient) => createKmsOwnerKeys({ client, keyId: world.keyArn, owner: world.owner, timeoutMs: KMS_TIMEOUT_MS });
const errorWith = async (client: KMSClient): Promise<DomainError | null> => {
  const keys = await opened(client);
  return keys.ok ? signs(keys.value) : keys.error;
};
const calls = (operation: string) => world.double.calls.filter((call) => call.operation === operation);
const refused = (problem: string) => ({ code: 'owner_key_refused', problem: expect.stringContaining(problem) });

describe('who signs with an owner key in KMS', () => {
  test("the owner's session with MFA signs, for 15 minutes", async () => {
    const client = await world.asOwner();
    expect(await errorWith(client)).toBeNull();
    world.double.advance(901_000);
    expect(await errorWith(client)).toMatchObject(refused('session has ended'));
  });
  test('INVARIANT I6: the service reads the public key and cannot sign', async () => {
    const keys = must(await opened(world.asService()));
    expect(keys.getOwnerPublicKey()).toBe(world.owner);
    expect(await signs(keys)).toMatchObject(refused('key policy denies'));
    expect(calls('Sign').at(-1)).toMatchObject({ by: world.roles.serviceRoleArn, outcome: 'AccessDeniedException' });
  });
  test("without MFA the owner's role does not sign, nor does the admin with it, nor the user's lasting keys", async () => {
    const withoutMfa = world.double.principals.machineCredentials(world.roles.ownerRoleArn);
    expect(await errorWith(world.clientOf(withoutMfa))).toMatchObject(refused('key policy denies'));
    expect(await errorWith(await world.asAdmin())).toMatchObject(refused('key policy denies'));
    expect(await errorWith(world.clientOf(world.ownerUser.credentials))).toMatchObject(refused('key policy denies'));
  });
  test('an IAM policy that allows kms:* to somebody grants nothing', async () => {
    const { principals } = world.double;
    const role = principals.addRole('power', { trusts: [], trustNeedsMfa: false, iamActions: ['kms:Sign', 'kms:GetPublicKey'] });
    expect(await errorWith(world.clientOf(principals.machineCredentials(role)))).toMatchObject(refused('key policy denies'));
  });
  test('credentials that are unknown, forged or of another service get nothing', async () => {
    const { credentials } = world.ownerUser;
    for (const change of [{ accessKeyId: 'AKIA0000000000000000' }, { secretAccessKey: 'x'.repeat(40) }, { sessionToken: 'x' }])
      expect(await errorWith(world.clientOf({ ...credentials, ...change }))).toMatchObject({ code: 'owner_key_refused' });
  });
});

describe('ATTACKS 214, 215: a KMS that signs something else', () => {
  let keys: IOwnerKeys;
  beforeEach(async () => {
    keys = must(await opened(await world.asOwner()));
  });
  const other = generateKeyPairSync('ed25519');
  const signature = (bytes: Uint8Array): object => ({ Signature: Buffer.from(bytes).toString('base64') });
  const onSign =
    (change: (answer: object) => object): Misbehaviour =>
    (operation, answer) =>
      operation === 'Sign' ? { ...answer, ...change(answer) } : answer;
  const wrong: { readonly [name: string]: Misbehaviour } = {
    'by another key': onSign(() => signature(sign(null, message, other.privateKey))),
    'over nothing': onSign(() => signature(new Uint8Array(64))),
    'too short': onSign(() => signature(new Uint8Array(63))),
    'not there': onSign(() => ({ Signature: undefined })),
    'by another algorithm, it says': onSign(() => ({ SigningAlgorithm: 'ED25519_PH_SHA_512' })),
    'by another key, it says': onSign((answer) => ({ ...answer, KeyId: 'arn:aws:kms:eu-central-1:123456789012:key/other' })),
  };
  for (const [name, how] of Object.entries(wrong))
    test(`a signature ${name} is refused`, async () => {
      world.double.misbehave(how);
      expect(await signs(keys)).toMatchObject({ code: 'owner_key_refused' });
      world.double.misbehave(null);
      expect(await signs(keys)).toBeNull();
    });
  test('a public key in another form, or of another key than the owner, does not open', async () => {
    const spki = other.publicKey.export({ format: 'der', type: 'spki' });
    const patched = (at: number, byte: number): string =>
      Buffer.from(spki.map((old, index) => (index === at ? byte : old))).toString('base64');
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'der', type: 'spki' });
    const x25519 = generateKeyPairSync('x25519').publicKey.export({ format: 'der', type: 'spki' });
    const padded = Buffer.concat([spki, Buffer.of(0)]);
    const forms = [
      patched(8, 0x71),
      patched(11, 1),
      patched(0, 0x31),
      '',
      ...[padded, spki.subarray(12), rsa, x25519].map((each) => each.toString('base64')),
    ];
    for (const PublicKey of forms) {
      world.double.misbehave((operation, answer) => (operation === 'GetPublicKey' ? { ...answer, PublicKey } : answer));
      const result = await createKmsOwnerKeys({
        client: await world.asOwner(),
        keyId: world.keyArn,
        owner: null,
        timeoutMs: KMS_TIMEOUT_MS,
      });
      expect(result.ok ? null : result.error, PublicKey).toMatchObject(refused('public key'));
    }
    world.double.misbehave((_, answer) => ({ ...answer, PublicKey: spki.toString('base64') }));
    expect(await opened(await world.asOwner())).toMatchObject({ error: refused(`not ${world.owner}`) });
    for (const change of [
      { KeySpec: 'ECC_NIST_P256' },
      { KeyUsage: 'KEY_AGREEMENT' },
      { SigningAlgorithms: ['ED25519_PH_SHA_512'] },
      { KeyId: undefined },
    ]) {
      world.double.misbehave((_, answer) => ({ ...answer, ...change }));
      expect(await opened(await world.asOwner())).toMatchObject({ ok: false, error: { code: 'owner_key_refused' } });
    }
  });
  test('what is longer than 4,096 bytes never reaches KMS', async () => {
    const before = calls('Sign').length;
    const long = await keys.signWithOwnerKey({ kind: 'transaction', message: reviewed(sampleMessage(4_097), 'test') });
    expect(long).toMatchObject({ error: { code: 'message_too_large', bytes: 4_097, limitBytes: 4_096 } });
    expect(calls('Sign')).toHaveLength(before);
  });
});

describe('a KMS that does not answer', () => {
  const cases: readonly (readonly [string, Misbehaviour, boolean])[] = [
    ['is busy', () => new AwsError('ThrottlingException', 'Rate exceeded'), true],
    ['fails inside', () => new AwsError('KMSInternalException', 'oops', 500), true],
    ['waits for its hardware', () => new AwsError('DependencyTimeoutException', 'later', 503), true],
    ['cuts the connection after signing', () => 'cut', true],
  ];
  test.each(cases)('one that %s may have signed after three tries', async (_, how, mayHaveSigned) => {
    const keys = must(await opened(await world.asOwner()));
    const before = calls('Sign').length;
    world.double.misbehave(how);
    expect(await signs(keys)).toMatchObject({ code: 'owner_key_unavailable', mayHaveSigned });
    expect(calls('Sign').length - before).toBe(3);
  });
  test('one that is not there has not signed', async () => {
    const client = openKmsClient({ region: 'eu-central-1', credentials: world.ownerUser.credentials, endpoint: 'http://127.0.0.1:1' });
    expect(await opened(client)).toMatchObject({ error: { code: 'owner_key_unavailable', mayHaveSigned: false } });
  });
  test('one that never answers may have signed, and is not waited for', async () => {
    const keys = must(await createKmsOwnerKeys({ client: await world.asOwner(), keyId: world.keyArn, owner: world.owner, timeoutMs: 300 }));
    world.double.misbehave(() => 'silence');
    expect(await signs(keys)).toMatchObject({ code: 'owner_key_unavailable', mayHaveSigned: true });
  });
  test('reading the public key signs nothing, whatever happens', async () => {
    world.double.misbehave(() => 'cut');
    expect(await opened(await world.asOwner())).toMatchObject({ error: { code: 'owner_key_unavailable', mayHaveSigned: false } });
  });
  test('a key that is disabled, and one that does not exist', async () => {
    const disabled = await createKmsWorld();
    try {
      const client = await disabled.asOwner();
      const keys = must(await createKmsOwnerKeys({ client, keyId: disabled.keyArn, owner: null, timeoutMs: KMS_TIMEOUT_MS }));
      await (await disabled.asAdmin()).send(new DisableKeyCommand({ KeyId: disabled.keyArn }));
      expect(await signs(keys)).toMatchObject(refused('disabled'));
      const missing = await createKmsOwnerKeys({
        client: await disabled.asOwner(),
        keyId: 'arn:aws:kms:eu-central-1:123456789012:key/none',
        owner: null,
        timeoutMs: KMS_TIMEOUT_MS,
      });
      expect(missing).toMatchObject({ error: refused('no such key') });
    } finally {
      await disabled.double.close();
    }
  });
});

describe('the self-tests', () => {
  const selfTest = async () =>
    selfTestKmsOwnerKey({ client: await world.asOwner(), keyId: world.keyArn, owner: null, timeoutMs: KMS_TIMEOUT_MS });
  test("pass with the owner's session, and sign nothing that counts", async () => {
    expect(await selfTest()).toEqual({ ok: true, value: { owner: world.owner } });
    expect((await selfTestKmsOwnerKey({ client: world.asService(), keyId: world.keyArn, owner: null, timeoutMs: KMS_TIMEOUT_MS })).ok).toBe(
      false,
    );
  });
  test('ATTACKS 214: fail when KMS signs a hash, and when the key is something else', async () => {
    const spoil = async (how: Misbehaviour) => {
      world.double.misbehave(how);
      const result = await selfTest();
      world.double.misbehave(null);
      return result.ok ? null : result.error;
    };
    const metadata =
      (change: object): Misbehaviour =>
      (operation, answer) =>
        operation === 'DescribeKey' ? { KeyMetadata: { ...(answer as { KeyMetadata: object }).KeyMetadata, ...change } } : answer;
    for (const change of [
      { KeyState: 'Disabled' },
      { Origin: 'EXTERNAL' },
      { MultiRegion: true },
      { KeySpec: 'ECC_NIST_P256' },
      { KeyUsage: 'KEY_AGREEMENT' },
    ])
      expect(await spoil(metadata(change))).toMatchObject({ code: 'owner_key_refused' });
    const prehashed = createTestKey().sign(new Uint8Array(64));
    const hashing: Misbehaviour = (operation, answer) =>
      operation === 'Sign' ? { ...answer, Signature: Buffer.from(prehashed).toString('base64') } : answer;
    expect(await spoil(hashing)).toMatchObject({ code: 'owner_key_refused' });
  });
  test('INVARIANT I6: the service proves that it cannot sign; whoever can does not pass for it', async () => {
    const before = calls('Sign').filter(({ outcome }) => outcome === 'ok').length;
    const key = { keyId: world.keyArn, owner: world.owner, timeoutMs: KMS_TIMEOUT_MS };
    expect(await proveKmsReader({ client: world.asService(), ...key })).toEqual({ ok: true, value: { owner: world.owner } });
    expect(await proveKmsReader({ client: await world.asOwner(), ...key })).toMatchObject({ error: refused('may sign') });
    expect(calls('Sign').filter(({ outcome }) => outcome === 'ok')).toHaveLength(before);
  });
});

describe("the owner's session", () => {
  const ask = (change: { readonly mfaCode?: string; readonly mfaSerial?: string; readonly roleArn?: string } = {}) => {
    const mfaSerial = world.ownerUser.mfaSerial ?? '';
    const access = { region: world.double.region, credentials: world.ownerUser.credentials, endpoint: world.double.endpoint };
    return ownerSession({
      access,
      roleArn: world.roles.ownerRoleArn,
      mfaSerial,
      mfaCode: world.double.principals.mfaCode(mfaSerial),
      ...change,
    });
  };
  test('lasts 15 minutes; a code is good once', async () => {
    world.double.advance(30_000);
    const session = must(await ask());
    expect(session.expiresAtMs).toBeGreaterThan(Date.now() + 890_000);
    expect(await ask()).toMatchObject({ error: refused('AWS denies') });
  });
  test('a wrong code, another device, a role that does not trust the owner', async () => {
    world.double.advance(30_000);
    const code = world.double.principals.mfaCode(world.ownerUser.mfaSerial ?? '');
    const wrong = code === '000000' ? '000001' : '000000';
    expect(await ask({ mfaCode: wrong })).toMatchObject({ error: refused('AWS denies') });
    expect(await ask({ mfaSerial: world.adminUser.mfaSerial ?? '' })).toMatchObject({ error: refused('AWS denies') });
    expect(await ask({ roleArn: world.roles.serviceRoleArn })).toMatchObject({ error: refused('AWS denies') });
    for (const mfaCode of ['', '12345', '1234567', '12345a', '１２３４５６'])
      expect(await ask({ mfaCode })).toMatchObject({ error: { code: 'invalid_field' } });
    expect(await ask({ mfaSerial: 'a b' })).toMatchObject({ error: { code: 'invalid_field' } });
  });
});

test('the SDK speaks what KMS speaks: a plain Sign by the owner verifies', async () => {
  const client = await world.asOwner();
  const { Signature: bytes } = await client.send(
    new SignCommand({ KeyId: world.keyArn, Message: message, MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512' }),
  );
  expect(encodeBase58(bytes ?? new Uint8Array())).toMatch(/^[1-9A-Za-z]{64,88}$/);
  const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: world.keyArn }));
  expect(KeyMetadata).toMatchObject({ KeySpec: 'ECC_NIST_EDWARDS25519', Description: 'owner key of a test' });
});
