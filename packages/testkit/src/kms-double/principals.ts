import { randomBytes } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import { createMfaDevices, type MfaDevices } from './mfa-devices.ts';
import type { Claim } from './signature-v4.ts';

export const ACCOUNT = '123456789012';

export interface TestCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Who makes a request: an IAM user with lasting keys, or a role in a session. */
export interface Principal {
  /** Of the user or the role. */
  readonly arn: string;
  readonly account: string;
  /** What IAM lets it do without a key policy, such as `kms:CreateKey`. */
  readonly iamActions: readonly string[];
  readonly session: { readonly mfaAtMs: number | null; readonly expiresAtMs: number } | null;
}

interface Role {
  readonly arn: string;
  readonly trusts: readonly string[];
  readonly trustNeedsMfa: boolean;
  readonly iamActions: readonly string[];
}

interface RoleRequest {
  readonly roleArn: string;
  readonly seconds: number;
  readonly serial: string | null;
  readonly code: string | null;
}

/** The accounts, users, roles, MFA devices and sessions of the double. */
export interface Principals {
  addUser(name: string, given?: { readonly mfa?: boolean; readonly account?: string; readonly iamActions?: readonly string[] }): TestUser;
  addRole(
    name: string,
    given: {
      readonly trusts: readonly string[];
      readonly trustNeedsMfa: boolean;
      readonly account?: string;
      readonly iamActions?: readonly string[];
    },
  ): string;
  /** What a machine gets that runs under the role: a session without MFA. */
  machineCredentials(roleArn: string): TestCredentials;
  /** The six digits that a device shows now. Each is taken once. */
  mfaCode(serial: string): string;
  /** Who signed; throws what AWS answers to unknown keys and ended sessions. */
  secretOf(claim: Claim): string;
  principalOf(claim: Claim): Principal;
  assumeRole(
    by: Principal,
    asked: RoleRequest,
  ): {
    readonly credentials: Required<TestCredentials>;
    readonly expiresAtMs: number;
  };
}
export interface TestUser {
  readonly arn: string;
  readonly credentials: TestCredentials;
  readonly mfaSerial: string | null;
}

interface AccessKey {
  readonly secret: string;
  readonly token: string | null;
  readonly principal: Principal;
}
interface Directory {
  readonly keys: Map<string, AccessKey>;
  readonly roles: Map<string, Role>;
  readonly devices: MfaDevices;
  nowMs(): number;
}

export function createPrincipals(nowMs: () => number): Principals {
  const directory: Directory = { keys: new Map(), roles: new Map(), devices: createMfaDevices(nowMs), nowMs };
  return {
    addUser: (name, { mfa = false, account = ACCOUNT, iamActions = [] } = {}) => {
      const arn = `arn:aws:iam::${account}:user/${name}`;
      const { accessKeyId, secretAccessKey } = issue(directory, { arn, account, iamActions, session: null });
      const mfaSerial = mfa ? `arn:aws:iam::${account}:mfa/${name}` : null;
      if (mfaSerial !== null) directory.devices.add(mfaSerial, arn);
      return { arn, credentials: { accessKeyId, secretAccessKey }, mfaSerial };
    },
    addRole: (name, { trusts, trustNeedsMfa, account = ACCOUNT, iamActions = [] }) => {
      const arn = `arn:aws:iam::${account}:role/${name}`;
      directory.roles.set(arn, { arn, trusts, trustNeedsMfa, iamActions });
      return arn;
    },
    machineCredentials: (roleArn) => issue(directory, sessionOf(roleNamed(directory, roleArn), null, nowMs() + 6 * 3_600_000)),
    mfaCode: directory.devices.codeOf,
    secretOf: (claim) => keyOf(directory, claim).secret,
    principalOf: (claim) => keyOf(directory, claim).principal,
    assumeRole: (by, asked) => assumeRole(directory, by, asked),
  };
}

function issue({ keys }: Directory, principal: Principal): Required<TestCredentials> {
  const accessKeyId = `${principal.session === null ? 'AKIA' : 'ASIA'}${randomBytes(8).toString('hex').toUpperCase()}`;
  const [secretAccessKey, sessionToken] = [randomBytes(30).toString('base64'), randomBytes(60).toString('base64')];
  keys.set(accessKeyId, { secret: secretAccessKey, token: principal.session === null ? null : sessionToken, principal });
  return { accessKeyId, secretAccessKey, sessionToken };
}

function keyOf({ keys, nowMs }: Directory, { accessKeyId, sessionToken }: Claim): AccessKey {
  const key = keys.get(accessKeyId);
  if (key === undefined || key.token !== sessionToken)
    throw new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.');
  if (key.principal.session !== null && key.principal.session.expiresAtMs <= nowMs())
    throw new AwsError('ExpiredTokenException', 'The security token included in the request is expired');
  return key;
}

function roleNamed({ roles }: Directory, arn: string): Role {
  const role = roles.get(arn);
  if (role === undefined) throw new AwsError('AccessDenied', `not authorized to perform: sts:AssumeRole on resource: ${arn}`, 403);
  return role;
}

function sessionOf({ arn, iamActions }: Role, mfaAtMs: number | null, expiresAtMs: number): Principal {
  return { arn, account: arn.split(':')[4] ?? '', iamActions, session: { mfaAtMs, expiresAtMs } };
}

function assumeRole(directory: Directory, by: Principal, asked: RoleRequest): ReturnType<Principals['assumeRole']> {
  const { roleArn, seconds, serial, code } = asked;
  const role = roleNamed(directory, roleArn);
  if (!(seconds >= 900 && seconds <= 43_200)) throw new AwsError('ValidationError', 'DurationSeconds must be between 900 and 43200');
  const withMfa = serial !== null && code !== null;
  if (withMfa && !directory.devices.take(serial, by.arn, code))
    throw new AwsError('AccessDenied', 'MultiFactorAuthentication failed with invalid MFA one time pass code.', 403);
  if (!role.trusts.includes(by.arn) || (role.trustNeedsMfa && !withMfa))
    throw new AwsError('AccessDenied', `User: ${by.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`, 403);
  const expiresAtMs = directory.nowMs() + seconds * 1_000;
  return { credentials: issue(directory, sessionOf(role, withMfa ? directory.nowMs() : null, expiresAtMs)), expiresAtMs };
}
