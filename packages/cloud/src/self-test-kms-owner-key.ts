import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { type Address, type DomainError, domainError, fail, formatSignIn, guardOwnerKey, ok, type Result } from '@countersign/core';
import { awsFailure } from './aws-failure.ts';
import { type KmsKey, openKmsHolding } from './kms-owner-keys.ts';

/**
 * Proves with the owner's session that the key is what an owner key must be and that KMS signs the bytes themselves (ATTACKS 214). What it signs is
 * a sign-in that ended in 1970, to a host that cannot exist. The client stays open.
 */
export async function selfTestKmsOwnerKey(key: KmsKey): Promise<Result<{ readonly owner: Address }, DomainError>> {
  const described = await checkDescription(key);
  if (!described.ok) return described;
  const holding = await openKmsHolding(key);
  if (!holding.ok) return holding;
  const { owner } = holding.value;
  const signed = await guardOwnerKey(holding.value).signWithOwnerKey({ kind: 'sign_in', text: harmlessText(owner) });
  return signed.ok ? ok({ owner }) : signed;
}

async function checkDescription({ client, keyId, timeoutMs }: KmsKey): Promise<Result<void, DomainError>> {
  try {
    const { KeyMetadata: about } = await client.send(new DescribeKeyCommand({ KeyId: keyId }), {
      abortSignal: AbortSignal.timeout(timeoutMs),
    });
    const wanted = {
      KeyState: 'Enabled',
      KeySpec: 'ECC_NIST_EDWARDS25519',
      KeyUsage: 'SIGN_VERIFY',
      Origin: 'AWS_KMS',
      MultiRegion: false,
    };
    const found: { readonly [name: string]: unknown } = { ...about };
    const wrong = Object.entries(wanted).filter(([name, value]) => found[name] !== value);
    if (wrong.length === 0) return ok(undefined);
    const problem = wrong.map(([name, value]) => `${name} is ${String(found[name])}, not ${String(value)}`).join('; ');
    return fail(domainError('owner_key_refused', { problem }));
  } catch (error) {
    return fail(awsFailure(error, false));
  }
}

/** RFC 2606: nothing is ever called `.invalid`. */
function harmlessText(address: Address): string {
  return formatSignIn({
    ...{ domain: 'self-test.invalid', address, uri: 'https://self-test.invalid/', network: '1'.repeat(32), nonce: '0'.repeat(32) },
    ...{ issuedAtMs: 0, expiresAtMs: 1_000 },
  });
}
