import { randomUUID } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import type { Principal, Principals } from './principals.ts';

/** STS's query protocol: a form in, XML out. Knows AssumeRole. */
export function answerSts(principals: Principals, by: Principal, body: string): string {
  const form = new URLSearchParams(body);
  if (form.get('Action') !== 'AssumeRole' || form.get('Version') !== '2011-06-15')
    throw new AwsError('InvalidAction', String(form.get('Action')));
  const name = form.get('RoleSessionName') ?? '';
  if (!/^[\w+=,.@-]{2,64}$/.test(name)) throw new AwsError('ValidationError', 'RoleSessionName');
  const roleArn = form.get('RoleArn') ?? '';
  const { credentials, expiresAtMs } = principals.assumeRole(by, {
    ...{ roleArn, seconds: Number(form.get('DurationSeconds') ?? 3_600), serial: form.get('SerialNumber'), code: form.get('TokenCode') },
  });
  const fields = {
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    SessionToken: credentials.sessionToken,
    Expiration: new Date(expiresAtMs).toISOString(),
  };
  const xml = Object.entries(fields).map(([tag, value]) => `<${tag}>${value}</${tag}>`);
  return (
    '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>' +
    `<Credentials>${xml.join('')}</Credentials>` +
    `<AssumedRoleUser><Arn>${roleArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${name}</Arn></AssumedRoleUser>` +
    `</AssumeRoleResult><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></AssumeRoleResponse>`
  );
}

export function stsError({ name, message }: AwsError): string {
  return (
    `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${name}</Code><Message>${message}</Message></Error>` +
    `<RequestId>${randomUUID()}</RequestId></ErrorResponse>`
  );
}
