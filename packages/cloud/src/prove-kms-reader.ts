import { SignCommand } from '@aws-sdk/client-kms';
import { type Address, type DomainError, domainError, fail, ok, type Result } from '@countersign/core';
import { awsFailure } from './aws-failure.ts';
import { type KmsKey, readKmsOwner } from './kms-owner-keys.ts';

/**
 * For the service, with its own role: reads the owner's public key, and proves that this role may not sign with it. It asks by KMS's dry run, which
 * signs nothing whatever the answer is. INVARIANT I6: consent is the owner's signature, so the service must not be able to make it.
 */
export async function proveKmsReader(key: KmsKey): Promise<Result<{ readonly owner: Address }, DomainError>> {
  const read = await readKmsOwner(key);
  if (!read.ok) return read;
  const trial = { KeyId: read.value.keyArn, Message: Uint8Array.of(0), MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512' } as const;
  try {
    await key.client.send(new SignCommand({ ...trial, DryRun: true }), { abortSignal: AbortSignal.timeout(key.timeoutMs) });
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'AccessDeniedException') return ok({ owner: read.value.owner });
    if (name !== 'DryRunOperationException') return fail(awsFailure(error, false));
  }
  return fail(domainError('owner_key_refused', { problem: 'this role may sign with the owner key; it must only read it' }));
}
