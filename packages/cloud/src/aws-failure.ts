import { type DomainError, domainError } from '@countersign/core';

/** What AWS says no with, in the owner's words. Everything that is not here counts as not having answered. */
const REFUSALS: { readonly [name: string]: string } = {
  AccessDenied: 'AWS denies it: the role, the MFA code or the trust policy does not allow it',
  AccessDeniedException: 'the key policy denies it: this role may not, the MFA session is missing or older than 15 minutes',
  DisabledException: 'the key is disabled',
  ExpiredToken: 'the session has ended: sign in again with an MFA code',
  ExpiredTokenException: 'the session has ended: sign in again with an MFA code',
  IncompleteSignatureException: 'AWS does not accept the credentials',
  InvalidArnException: 'the key id is not one',
  InvalidClientTokenId: 'AWS does not know the credentials',
  InvalidGrantTokenException: 'AWS does not accept the credentials',
  InvalidKeyUsageException: 'the key is not for signing with Ed25519',
  InvalidSignatureException: 'AWS does not accept the credentials, or the clock of this machine is wrong',
  KMSInvalidStateException: 'the key is not in a state to sign (disabled, pending deletion or without material)',
  MalformedPolicyDocumentException:
    'AWS does not accept the key policy: a role in it does not exist, or it would lock out whoever creates the key',
  MissingAuthenticationTokenException: 'there are no credentials',
  NotFoundException: 'there is no such key in this account and region',
  SignatureDoesNotMatch: 'AWS does not accept the credentials, or the clock of this machine is wrong',
  UnrecognizedClientException: 'AWS does not know the credentials',
  UnsupportedOperationException: 'KMS does not do this with this key',
  ValidationError: 'AWS does not accept the request',
  ValidationException: 'AWS does not accept the request',
};

/** Errors that come before anything reached AWS, or by which AWS says that it did nothing. */
const NOTHING_DONE: readonly string[] = [
  'CredentialsProviderError',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'LimitExceededException',
];

interface AwsError {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly attempts?: number };
}

/** The error of a call to AWS. `signing`: whether the call would have made a signature. */
export function awsFailure(error: unknown, signing: boolean): DomainError {
  const { name = '', code = '', message = '', $metadata } = error as AwsError;
  const refusal = REFUSALS[name] ?? REFUSALS[code];
  if (refusal !== undefined) return domainError('owner_key_refused', { problem: `${refusal} (${name})` });
  const nothingDone = [name, code].some((each) => NOTHING_DONE.includes(each)) && ($metadata?.attempts ?? 1) <= 1;
  const problem =
    name === 'CredentialsProviderError' ? 'no AWS credentials were found' : `AWS did not answer (${code || name}: ${firstLine(message)})`;
  return domainError('owner_key_unavailable', { problem, mayHaveSigned: signing && !nothingDone });
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').slice(0, 200);
}
