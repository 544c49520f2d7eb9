import type { KMSClient } from '@aws-sdk/client-kms';
import type { Address, DomainError, Result } from '@countersign/core';
import { type KmsDouble, startKmsDouble, type TestCredentials, type TestUser } from '@countersign/testkit/kms-double';
import { createOwnerKeyInKms, KMS_TIMEOUT_MS, type OwnerKeyRoles, openKmsClient, ownerSession } from '../src/index.ts';

export function must<T>(result: Result<T, DomainError>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** An AWS account with an owner, an admin and the service, and an owner key under the generated policy. */
export interface KmsWorld {
  readonly double: KmsDouble;
  readonly roles: OwnerKeyRoles;
  readonly ownerUser: TestUser;
  readonly adminUser: TestUser;
  readonly owner: Address;
  readonly keyArn: string;
  clientOf(credentials: TestCredentials): KMSClient;
  /** A session of the role with a code of the user's device. */
  sessionOf(user: TestUser, roleArn: string): Promise<TestCredentials>;
  /** A client in a session of the owner, or of the admin, with MFA. */
  asOwner(): Promise<KMSClient>;
  asAdmin(): Promise<KMSClient>;
  asService(): KMSClient;
}

export async function createKmsWorld(): Promise<KmsWorld> {
  const double = await startKmsDouble({ attestationRoot: null });
  const { principals, endpoint, region } = double;
  const [ownerUser, adminUser] = [principals.addUser('olivia', { mfa: true }), principals.addUser('adam', { mfa: true })];
  const roles: OwnerKeyRoles = {
    account: '123456789012',
    ownerRoleArn: principals.addRole('countersign-owner', { trusts: [ownerUser.arn], trustNeedsMfa: false }),
    serviceRoleArn: principals.addRole('countersign-service', { trusts: [], trustNeedsMfa: false }),
    adminRoleArn: principals.addRole('countersign-admin', { trusts: [adminUser.arn], trustNeedsMfa: false, iamActions: ['kms:CreateKey'] }),
  };
  const clientOf = (credentials: TestCredentials): KMSClient => openKmsClient({ region, credentials, endpoint });
  const sessionOf = async (user: TestUser, roleArn: string): Promise<TestCredentials> => {
    // A code is taken once: the next one comes half a minute later.
    double.advance(30_000);
    const mfaSerial = user.mfaSerial ?? '';
    const access = { region, credentials: user.credentials, endpoint };
    return must(await ownerSession({ access, roleArn, mfaSerial, mfaCode: principals.mfaCode(mfaSerial) })).credentials;
  };
  const asAdmin = async (): Promise<KMSClient> => clientOf(await sessionOf(adminUser, roles.adminRoleArn));
  const { owner, keyArn } = must(
    await createOwnerKeyInKms({ client: await asAdmin(), roles, description: 'owner key of a test', timeoutMs: KMS_TIMEOUT_MS }),
  );
  return {
    ...{ double, roles, ownerUser, adminUser, owner, keyArn, clientOf, sessionOf, asAdmin },
    asOwner: async () => clientOf(await sessionOf(ownerUser, roles.ownerRoleArn)),
    asService: () => clientOf(principals.machineCredentials(roles.serviceRoleArn)),
  };
}
