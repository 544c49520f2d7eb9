import { CreateKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { type Address, type DomainError, domainError, fail, ok, type Result } from '@countersign/core';
import { awsFailure } from './aws-failure.ts';
import { readKmsOwner } from './kms-owner-keys.ts';
import { OWNER_KEY_POLICY_VERSION, type OwnerKeyRoles, ownerKeyPolicy } from './owner-key-policy.ts';

export interface NewOwnerKey {
  readonly client: KMSClient;
  readonly roles: OwnerKeyRoles;
  /** Shown in the AWS console. */
  readonly description: string;
  /** For one call with all its tries. */
  readonly timeoutMs: number;
}

/**
 * Makes an owner key in KMS under the generated key policy. The client's credentials are the admin role's, in a session with MFA: others could not
 * change the policy afterwards, and AWS refuses to make a key that its maker cannot manage. After `owner_key_unavailable` a key may have been made.
 */
export async function createOwnerKeyInKms(
  asked: NewOwnerKey,
): Promise<Result<{ readonly owner: Address; readonly keyArn: string }, DomainError>> {
  const policy = ownerKeyPolicy(asked.roles);
  if (!policy.ok) return policy;
  const created = await create(asked, policy.value);
  return created.ok ? readKmsOwner({ client: asked.client, keyId: created.value, owner: null, timeoutMs: asked.timeoutMs }) : created;
}

async function create({ client, description, timeoutMs }: NewOwnerKey, policy: string): Promise<Result<string, DomainError>> {
  const command = new CreateKeyCommand({
    ...{ KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY', Origin: 'AWS_KMS', MultiRegion: false },
    ...{ Policy: policy, BypassPolicyLockoutSafetyCheck: false, Description: description },
    Tags: [{ TagKey: 'countersign', TagValue: `owner-key-policy-v${OWNER_KEY_POLICY_VERSION}` }],
  });
  try {
    const { KeyMetadata } = await client.send(command, { abortSignal: AbortSignal.timeout(timeoutMs) });
    const arn = KeyMetadata?.Arn;
    return arn === undefined ? fail(domainError('owner_key_unavailable', { problem: 'KMS named no key', mayHaveSigned: false })) : ok(arn);
  } catch (error) {
    return fail(awsFailure(error, false));
  }
}
