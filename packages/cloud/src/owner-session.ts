import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { type DomainError, domainError, fail, ok, type Result } from '@countersign/core';
import { awsFailure } from './aws-failure.ts';
import { type AwsAccess, clientConfig } from './kms-client.ts';

/** How long a session lasts: the least that STS gives, and as old as the key policy lets MFA become. */
export const OWNER_SESSION_SECONDS = 900;
const TIMEOUT_MS = 20_000;

/** Temporary credentials of the owner's role, for `openKmsClient`. They are kept in memory and nowhere else. */
export interface OwnerSession {
  readonly credentials: NonNullable<AwsAccess['credentials']>;
  readonly expiresAtMs: number;
}

/** AssumeRole with an MFA code of the owner's device. The access is the owner's own (an IAM user or profile). Error: `invalid_field`. */
export async function ownerSession(input: {
  readonly access: AwsAccess;
  readonly roleArn: string;
  /** ARN or serial number of the MFA device. */
  readonly mfaSerial: string;
  /** The six digits that it shows now. */
  readonly mfaCode: string;
}): Promise<Result<OwnerSession, DomainError>> {
  const { roleArn, mfaSerial, mfaCode } = input;
  if (!/^[0-9]{6}$/.test(mfaCode)) return fail(domainError('invalid_field', { field: 'mfaCode', problem: 'is not six digits' }));
  if (!/^[\w+=/:,.@-]{9,256}$/.test(mfaSerial))
    return fail(domainError('invalid_field', { field: 'mfaSerial', problem: 'is not an MFA device' }));
  const client = new STSClient(clientConfig(input.access));
  try {
    const { Credentials: given } = await client.send(
      new AssumeRoleCommand({
        ...{ RoleArn: roleArn, RoleSessionName: 'countersign-owner', DurationSeconds: OWNER_SESSION_SECONDS },
        ...{ SerialNumber: mfaSerial, TokenCode: mfaCode },
      }),
      { abortSignal: AbortSignal.timeout(TIMEOUT_MS) },
    );
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = given ?? {};
    if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration)
      return fail(domainError('owner_key_unavailable', { problem: 'AWS gave no session', mayHaveSigned: false }));
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    return ok({ credentials, expiresAtMs: Expiration.getTime() });
  } catch (error) {
    return fail(awsFailure(error, false));
  } finally {
    client.destroy();
  }
}
