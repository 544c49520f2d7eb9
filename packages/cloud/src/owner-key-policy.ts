import { type DomainError, domainError, fail, ok, type Result } from '@countersign/core';

/** Part of the policy's id; a change of what the policy says is a new version. */
export const OWNER_KEY_POLICY_VERSION = 1;

/** Who has to do with an owner key; three different roles of one account. */
export interface OwnerKeyRoles {
  /** 12 digits. */
  readonly account: string;
  /** Signs, with MFA not older than 15 minutes. */
  readonly ownerRoleArn: string;
  /** The service: reads the public key. */
  readonly serviceRoleArn: string;
  /** Changes the policy and can end the key, with MFA; cannot sign. */
  readonly adminRoleArn: string;
}

const MFA_SECONDS = '900';
const LONGEST_DELETION_DAYS = '30';
const READ = ['kms:DescribeKey', 'kms:GetPublicKey'];
const LOOK = ['kms:DescribeKey', 'kms:GetKeyPolicy', 'kms:GetPublicKey', 'kms:ListKeyPolicies', 'kms:ListResourceTags'];
const MANAGE = [
  'kms:CancelKeyDeletion',
  'kms:DisableKey',
  'kms:EnableKey',
  'kms:PutKeyPolicy',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateKeyDescription',
];
/** Ways to hand rights on, or the key elsewhere, that nobody needs. */
const NEVER = [
  'kms:CreateGrant',
  'kms:DeleteImportedKeyMaterial',
  'kms:ImportKeyMaterial',
  'kms:ReplicateKey',
  'kms:RetireGrant',
  'kms:UpdatePrimaryRegion',
];
const FRESH_MFA = { Bool: { 'aws:MultiFactorAuthPresent': 'true' }, NumericLessThanEquals: { 'aws:MultiFactorAuthAge': MFA_SECONDS } };
const NO_MFA = { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } };
const OLD_MFA = { NumericGreaterThanIfExists: { 'aws:MultiFactorAuthAge': MFA_SECONDS } };

interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal: '*' | { readonly AWS: string };
  readonly Action?: readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource: '*';
  readonly Condition?: { readonly [operator: string]: { readonly [key: string]: string } };
}

/**
 * The key policy of an owner key in KMS, as JSON: the same roles give the same bytes. It names no account root, so IAM policies of the account grant
 * nothing; the denials hold also against whoever writes a careless policy elsewhere. INVARIANT I6: the service's role cannot sign, whatever it sends.
 * Error: `invalid_field`.
 */
export function ownerKeyPolicy(roles: OwnerKeyRoles): Result<string, DomainError> {
  const problem = problemOf(roles);
  if (problem !== null) return fail(problem);
  const policy = {
    Version: '2012-10-17',
    Id: `countersign-owner-key-v${OWNER_KEY_POLICY_VERSION}`,
    Statement: [...allowances(roles), ...denials(roles)],
  };
  return ok(`${JSON.stringify(policy, null, 2)}\n`);
}

function allowances({ ownerRoleArn, serviceRoleArn, adminRoleArn }: OwnerKeyRoles): readonly Statement[] {
  const allow = (Sid: string, role: string, Action: readonly string[], Condition?: Statement['Condition']): Statement => ({
    ...{ Sid, Effect: 'Allow', Principal: { AWS: role }, Action, Resource: '*' },
    ...(Condition === undefined ? {} : { Condition }),
  });
  const exactly = { StringEquals: { 'kms:MessageType': 'RAW', 'kms:SigningAlgorithm': 'ED25519_SHA_512' } };
  return [
    allow('ServiceReadsThePublicKey', serviceRoleArn, READ),
    allow('OwnerReadsThePublicKey', ownerRoleArn, READ),
    allow('OwnerSignsWithFreshMfa', ownerRoleArn, ['kms:Sign'], { ...FRESH_MFA, ...exactly }),
    allow('AdminLooks', adminRoleArn, LOOK),
    allow('AdminManagesWithFreshMfa', adminRoleArn, MANAGE, FRESH_MFA),
  ];
}

function denials({ account, ownerRoleArn, serviceRoleArn }: OwnerKeyRoles): readonly Statement[] {
  const deny = (Sid: string, Action: readonly string[], Condition?: Statement['Condition']): Statement => ({
    ...{ Sid, Effect: 'Deny', Principal: '*', Action, Resource: '*' },
    ...(Condition === undefined ? {} : { Condition }),
  });
  return [
    { Sid: 'ServiceReadsOnly', Effect: 'Deny', Principal: { AWS: serviceRoleArn }, NotAction: READ, Resource: '*' },
    deny('NobodyElseSigns', ['kms:Sign'], { ArnNotEquals: { 'aws:PrincipalArn': ownerRoleArn } }),
    deny('NoSigningWithoutMfa', ['kms:Sign'], NO_MFA),
    deny('NoSigningWithOldMfa', ['kms:Sign'], OLD_MFA),
    deny('NoOtherAlgorithm', ['kms:Sign'], { StringNotEquals: { 'kms:SigningAlgorithm': 'ED25519_SHA_512' } }),
    deny('NoHashedMessages', ['kms:Sign'], { StringNotEquals: { 'kms:MessageType': 'RAW' } }),
    deny('NoManagingWithoutMfa', MANAGE, NO_MFA),
    deny('NoManagingWithOldMfa', MANAGE, OLD_MFA),
    deny('NoQuickDeletion', ['kms:ScheduleKeyDeletion'], {
      NumericLessThan: { 'kms:ScheduleKeyDeletionPendingWindowInDays': LONGEST_DELETION_DAYS },
    }),
    deny('NoHandingOn', NEVER),
    deny('NoOtherAccount', ['kms:*'], { StringNotEquals: { 'aws:PrincipalAccount': account } }),
  ];
}

function problemOf(roles: OwnerKeyRoles): DomainError | null {
  const invalid = (field: string, problem: string): DomainError => domainError('invalid_field', { field, problem });
  if (!/^[0-9]{12}$/.test(roles.account)) return invalid('account', 'is not the 12 digits of an AWS account');
  const fields = ['ownerRoleArn', 'serviceRoleArn', 'adminRoleArn'] as const;
  for (const field of fields) {
    const [, account] = /^arn:aws(?:-cn|-us-gov)?:iam::([0-9]{12}):role\/[\w+=,.@/-]{1,512}$/.exec(roles[field]) ?? [];
    if (account === undefined) return invalid(field, 'is not the ARN of an IAM role');
    if (account !== roles.account) return invalid(field, `is not of account ${roles.account}`);
  }
  if (new Set(fields.map((field) => roles[field])).size !== fields.length) return invalid('adminRoleArn', 'the three roles must differ');
  return null;
}
