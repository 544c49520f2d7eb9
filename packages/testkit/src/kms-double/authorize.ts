import type { Attested } from './attestation.ts';
import { AwsError } from './aws-error.ts';
import { allows, parseKeyPolicy } from './key-policy.ts';
import type { StoredKey } from './keys.ts';
import type { Principal } from './principals.ts';

export type Input = { readonly [name: string]: unknown };
export interface Call {
  readonly operation: string;
  readonly input: Input;
  readonly principal: Principal;
  readonly region: string;
}
/** What the operations work on. */
export interface KmsState {
  /** By id. */
  readonly keys: Map<string, StoredKey>;
  nowMs(): number;
  /** PEM of the root whose attestation documents count; `null`: none do. */
  readonly attestationRoot: string | null;
}

/** The key that a call names, if its policy lets the caller do this. */
export function authorize(state: KmsState, { operation, input, principal }: Call, attested: Attested | null = null): StoredKey {
  const id = input['KeyId'];
  const key = [...state.keys.values()].find((each) => each.id === id || each.arn === id);
  if (key === undefined) throw new AwsError('NotFoundException', `Key '${String(id)}' does not exist`);
  const context = { ...contextOf(principal, input, state.nowMs()), ...attestationContext(attested) };
  if (allows(key.policy, { principal, action: `kms:${operation}`, context })) return key;
  throw new AwsError(
    'AccessDeniedException',
    `User: ${principal.arn} is not authorized to perform: kms:${operation} on resource: ${key.arn}`,
  );
}

/** What key policies see; a session's MFA only where there is a session, as AWS does. */
export function contextOf(principal: Principal, input: Input, nowMs: number): { readonly [key: string]: string } {
  const { session } = principal;
  const given = (key: string, name: string): object => (input[name] === undefined ? {} : { [key]: String(input[name]) });
  return {
    'aws:PrincipalArn': principal.arn,
    'aws:PrincipalAccount': principal.account,
    'kms:CallerAccount': principal.account,
    ...(session === null ? {} : { 'aws:MultiFactorAuthPresent': String(session.mfaAtMs !== null) }),
    ...(session === null || session.mfaAtMs === null
      ? {}
      : { 'aws:MultiFactorAuthAge': String(Math.floor((nowMs - session.mfaAtMs) / 1_000)) }),
    ...given('kms:SigningAlgorithm', 'SigningAlgorithm'),
    ...(input['SigningAlgorithm'] === undefined ? {} : { 'kms:MessageType': String(input['MessageType'] ?? 'RAW') }),
    ...given('kms:ScheduleKeyDeletionPendingWindowInDays', 'PendingWindowInDays'),
    ...given('kms:KeyAgreementAlgorithm', 'KeyAgreementAlgorithm'),
  };
}

/** Only of calls that carry a document; so a condition on it never holds for `Sign`. */
function attestationContext(attested: Attested | null): { readonly [key: string]: string } {
  if (attested === null) return {};
  const pcrs = [...attested.pcrs].map(([index, value]) => [`kms:RecipientAttestation:PCR${index}`, value] as const);
  return { ...Object.fromEntries(pcrs), 'kms:RecipientAttestation:ImageSha384': attested.pcrs.get(0) ?? '' };
}

/** AWS makes no key, and takes no policy, after which the caller could not change the policy. */
export function assertNoLockout(policyText: string, { principal, input }: Call, nowMs: number): void {
  if (input['BypassPolicyLockoutSafetyCheck'] === true) return;
  const context = contextOf(principal, {}, nowMs);
  if (!allows(parseKeyPolicy(policyText), { principal, action: 'kms:PutKeyPolicy', context }))
    throw new AwsError('MalformedPolicyDocumentException', 'The new key policy will not allow you to update the key policy in the future.');
}
