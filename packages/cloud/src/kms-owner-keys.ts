import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import {
  type Address,
  type AskedOfOwner,
  type DomainError,
  domainError,
  fail,
  guardOwnerKey,
  type IOwnerKeys,
  type OwnerKeyHolding,
  ok,
  type Result,
  type Signature,
} from '@countersign/core';
import { awsFailure } from './aws-failure.ts';
import { parseEd25519Spki } from './ed25519-spki.ts';

/** The longest message that KMS signs as it is (MessageType RAW). */
export const KMS_LIMIT_BYTES = 4_096;
const KEY_SPEC = 'ECC_NIST_EDWARDS25519';
const ALGORITHM = 'ED25519_SHA_512';
const SIGNATURE_BYTES = 64;
/** What `timeoutMs` is outside tests. */
export const KMS_TIMEOUT_MS = 20_000;

export interface KmsKey {
  readonly client: KMSClient;
  /** Id, ARN or alias. */
  readonly keyId: string;
  /** The owner that the key must be; `null`: whatever it is. */
  readonly owner: Address | null;
  /** For one call with all its tries. */
  readonly timeoutMs: number;
}

/**
 * An owner key in AWS KMS. The credentials of the client decide who signs: the owner's own session with MFA (`ownerSession`). INVARIANT I1, I9: the
 * key never leaves KMS; pure Ed25519 over the bytes themselves, and no signature comes back that does not verify against the public key read here.
 * `close` destroys the client.
 */
export async function createKmsOwnerKeys(key: KmsKey): Promise<Result<IOwnerKeys, DomainError>> {
  const holding = await openKmsHolding(key);
  return holding.ok ? ok(guardOwnerKey({ ...holding.value, close: async () => key.client.destroy() })) : holding;
}

/** The same without the client's end. */
export async function openKmsHolding(key: KmsKey): Promise<Result<OwnerKeyHolding, DomainError>> {
  const read = await readKmsOwner(key);
  if (!read.ok) return read;
  const { owner, keyArn } = read.value;
  return ok({
    ...{ holder: 'kms', owner, limitBytes: KMS_LIMIT_BYTES, mayWrapTexts: false },
    sign: (asked) => sign(key, keyArn, asked),
    close: async () => undefined,
  });
}

/** The public key as an address, and the key's ARN, so that an alias that is pointed elsewhere afterwards changes nothing. */
export async function readKmsOwner({
  client,
  keyId,
  owner,
  timeoutMs,
}: KmsKey): Promise<Result<{ readonly owner: Address; readonly keyArn: string }, DomainError>> {
  const refuse = (problem: string): Result<never, DomainError> => fail(domainError('owner_key_refused', { problem }));
  try {
    const answer = await client.send(new GetPublicKeyCommand({ KeyId: keyId }), { abortSignal: AbortSignal.timeout(timeoutMs) });
    const { KeyId, KeySpec, KeyUsage, SigningAlgorithms, PublicKey } = answer;
    if (KeySpec !== KEY_SPEC || KeyUsage !== 'SIGN_VERIFY' || SigningAlgorithms?.includes(ALGORITHM) !== true)
      return refuse(`the key is ${KeySpec} for ${KeyUsage}, not ${KEY_SPEC} for SIGN_VERIFY`);
    const address = PublicKey === undefined ? null : parseEd25519Spki(PublicKey);
    if (address === null) return refuse('the public key is not an Ed25519 key in its one form');
    if (KeyId === undefined) return refuse('KMS does not say which key it is');
    if (owner !== null && owner !== address) return refuse(`the key is ${address}, not ${owner}`);
    return ok({ owner: address, keyArn: KeyId });
  } catch (error) {
    return fail(awsFailure(error, false));
  }
}

async function sign({ client, timeoutMs }: KmsKey, keyArn: string, { bytes }: AskedOfOwner): Promise<Result<Signature, DomainError>> {
  try {
    const answer = await client.send(new SignCommand({ KeyId: keyArn, Message: bytes, MessageType: 'RAW', SigningAlgorithm: ALGORITHM }), {
      abortSignal: AbortSignal.timeout(timeoutMs),
    });
    const { KeyId, Signature: signature, SigningAlgorithm } = answer;
    if (KeyId !== keyArn || SigningAlgorithm !== ALGORITHM || signature?.length !== SIGNATURE_BYTES)
      return fail(
        domainError('owner_key_refused', { problem: `KMS answered with ${SigningAlgorithm} by ${KeyId}, not ${ALGORITHM} by ${keyArn}` }),
      );
    return ok(Uint8Array.from(signature));
  } catch (error) {
    return fail(awsFailure(error, true));
  }
}
