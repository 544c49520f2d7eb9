import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { SignCommand } from '@aws-sdk/client-kms';
import { createKmsOwnerKeys, KMS_TIMEOUT_MS, type KmsKey, selfTestKmsOwnerKey } from '@countersign/cloud';
import { type DomainError, encodeBase58, type IOwnerKeys, type Result, reviewed } from '@countersign/core';
import type { Misbehaviour } from '@countersign/testkit/kms-double';
import { expect } from 'vitest';
import { createKmsWorld, type KmsWorld } from '../../../../../cloud/test/kms-world.ts';
import { until } from '../../../end-to-end/stack.ts';
import { policyDocument } from '../../cases/load.ts';
import { resolveNames } from '../../cases/resolve.ts';
import { approve, idIn, type Prepared, prepare, preparedOf } from '../acts.ts';
import type { Runs } from '../registry.ts';
import { need, type Stage } from '../stage.ts';
import { answerOf } from '../try-signer.ts';

/** An owner key in a key service that signs something else than it was asked, before a real service. */
export const keyServiceRuns: Runs = {
  kmsSignsAHash: {
    async do({ stage }) {
      await withKms(stage, async (world, { approval, prepared, keys, key }) => {
        // What a key service does that is called with DIGEST or PH: the right key over a hash of the bytes.
        const hashed = await Promise.all(
          bytesOf(prepared).map(async (bytes) => {
            const Message = createHash('sha512').update(bytes).digest();
            const asked = new SignCommand({ KeyId: world.keyArn, Message, MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512' });
            return Uint8Array.from((await key.client.send(asked)).Signature ?? []);
          }),
        );
        await isRefused(stage, approval, prepared, hashed);
        const overHash = onSign(() => Buffer.from(hashed[0] ?? []).toString('base64'));
        for (const how of [overHash, says('ED25519_PH_SHA_512')]) {
          world.double.misbehave(how);
          expect(await codeOf(selfTestKmsOwnerKey(key))).toBe('owner_key_refused');
          for (const each of await signAll(keys, prepared)) expect(each).toMatchObject({ ok: false, error: { code: 'owner_key_refused' } });
          world.double.misbehave(null);
        }
        expect(await codeOf(selfTestKmsOwnerKey(key))).toBe('ok');
        await isTakenAtLast(stage, approval, prepared, keys);
      });
    },
  },
  kmsSignsWithAnotherKey: {
    async do({ stage }) {
      await withKms(stage, async (world, { approval, prepared, keys }) => {
        const other = generateKeyPairSync('ed25519').privateKey;
        const wrong = bytesOf(prepared).map((bytes) => Uint8Array.from(sign(null, bytes, other)));
        for (const signatures of [wrong, wrong.map(() => new Uint8Array(64))]) await isRefused(stage, approval, prepared, signatures);
        for (const signature of wrong) {
          world.double.misbehave(onSign(() => Buffer.from(signature).toString('base64')));
          for (const each of await signAll(keys, prepared)) expect(each).toMatchObject({ ok: false, error: { code: 'owner_key_refused' } });
        }
        world.double.misbehave(null);
        // The service's own role has the public key and no signature.
        const asService = need(await createKmsOwnerKeys(keyOf(world, world.asService())));
        for (const each of await signAll(asService, prepared))
          expect(each).toMatchObject({ ok: false, error: { code: 'owner_key_refused' } });
        await isTakenAtLast(stage, approval, prepared, keys);
      });
    },
  },
};

interface AtWork {
  readonly approval: string;
  readonly prepared: Prepared;
  readonly keys: IOwnerKeys;
  readonly key: KmsKey;
}
/** A wallet whose owner is a key in KMS, waiting for its first signature. */
async function withKms(stage: Stage, work: (world: KmsWorld, at: AtWork) => Promise<void>): Promise<void> {
  const world = await createKmsWorld();
  try {
    const policy = JSON.stringify(await resolveNames(policyDocument('owner'), stage.names));
    const created = await stage.http.ask('/v1/wallets', stage.operator, {
      method: 'POST',
      body: { name: 'owned by a key service', owner: world.owner, policy },
    });
    expect(created.status, created.text).toBeLessThan(300);
    const approval = idIn(created, 'approval');
    const key = keyOf(world, await world.asOwner());
    const keys = need(await createKmsOwnerKeys(key));
    await work(world, { approval, prepared: preparedOf(await prepare(stage, approval)), keys, key });
    expect(await stage.http.ask(`/v1/approvals/${approval}`, stage.operator)).toMatchObject({ status: 200 });
  } finally {
    await world.double.close();
  }
}
const keyOf = (world: KmsWorld, client: KmsKey['client']): KmsKey => ({
  ...{ client, keyId: world.keyArn, owner: world.owner, timeoutMs: KMS_TIMEOUT_MS },
});
const onSign =
  (signature: () => string): Misbehaviour =>
  (operation, answer) =>
    operation === 'Sign' ? { ...answer, Signature: signature() } : answer;
const says =
  (algorithm: string): Misbehaviour =>
  (operation, answer) =>
    operation === 'Sign' ? { ...answer, SigningAlgorithm: algorithm } : answer;
const codeOf = (asked: Promise<Result<unknown, DomainError>>): Promise<string> =>
  answerOf(asked).then((answer) => (answer === 'signed' ? 'ok' : answer));

/** The statement first. */
function bytesOf({ statement, messages }: Prepared): readonly Uint8Array[] {
  return [new TextEncoder().encode(statement ?? ''), ...messages.map((each) => Uint8Array.from(Buffer.from(each, 'base64')))];
}
async function signAll(keys: IOwnerKeys, { statement, messages }: Prepared): Promise<readonly Result<Uint8Array, DomainError>[]> {
  const signed = [await keys.signWithOwnerKey({ kind: 'statement', text: statement ?? '' })];
  for (const message of messages)
    signed.push(await keys.signWithOwnerKey({ kind: 'transaction', message: reviewed(Buffer.from(message, 'base64'), 'corpus') }));
  return signed;
}
const consentWith = ([statement, ...messages]: readonly Uint8Array[]) => ({
  statementSignature: encodeBase58(statement ?? new Uint8Array(64)),
  messageSignatures: messages.map((each) => encodeBase58(each)),
});
async function isRefused(stage: Stage, approval: string, { messages }: Prepared, signatures: readonly Uint8Array[]): Promise<void> {
  expect(signatures).toHaveLength(messages.length + 1);
  const answer = await approve(stage, approval, consentWith(signatures));
  expect(answer.json?.['code'], answer.text).toBe('owner_signature_invalid');
}
async function isTakenAtLast(stage: Stage, approval: string, prepared: Prepared, keys: IOwnerKeys): Promise<void> {
  const answer = await approve(stage, approval, consentWith((await signAll(keys, prepared)).map(need)));
  expect(answer.status, answer.text).toBe(200);
  await until('the wallet is made', async () => {
    const read = await stage.http.ask(`/v1/approvals/${approval}`, stage.operator);
    return read.json?.['state'] === 'done';
  });
}
