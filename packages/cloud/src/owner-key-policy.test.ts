import { allows, contextOf, type Principal, parseKeyPolicy } from '@countersign/testkit/kms-double';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OWNER_KEY_POLICY_VERSION, type OwnerKeyRoles, ownerKeyPolicy } from './owner-key-policy.ts';

const account = '123456789012';
const role = (name: string, of = account): string => `arn:aws:iam::${of}:role/${name}`;
const roles: OwnerKeyRoles = { account, ownerRoleArn: role('owner'), serviceRoleArn: role('service'), adminRoleArn: role('team/admin') };
const text = (() => {
  const made = ownerKeyPolicy(roles);
  return made.ok ? made.value : '';
})();
const policy = parseKeyPolicy(text);

const NOW_MS = 1_800_000_000_000;
const ACTIONS = [
  ...[
    'kms:Sign',
    'kms:GetPublicKey',
    'kms:DescribeKey',
    'kms:GetKeyPolicy',
    'kms:ListKeyPolicies',
    'kms:ListResourceTags',
    'kms:PutKeyPolicy',
  ],
  ...['kms:EnableKey', 'kms:DisableKey', 'kms:ScheduleKeyDeletion', 'kms:CancelKeyDeletion', 'kms:TagResource', 'kms:UntagResource'],
  ...[
    'kms:UpdateKeyDescription',
    'kms:CreateGrant',
    'kms:RetireGrant',
    'kms:RevokeGrant',
    'kms:ListGrants',
    'kms:ReplicateKey',
    'kms:Verify',
  ],
  ...['kms:ImportKeyMaterial', 'kms:Decrypt', 'kms:Encrypt', 'kms:DeriveSharedSecret', 'kms:GenerateDataKey', 'kms:EnableKeyRotation'],
];
const READ = ['kms:GetPublicKey', 'kms:DescribeKey'];
const LOOK = [...READ, 'kms:GetKeyPolicy', 'kms:ListKeyPolicies', 'kms:ListResourceTags'];
const MANAGE = ['kms:PutKeyPolicy', 'kms:EnableKey', 'kms:DisableKey', 'kms:ScheduleKeyDeletion', 'kms:CancelKeyDeletion'];
MANAGE.push('kms:TagResource', 'kms:UntagResource', 'kms:UpdateKeyDescription');

interface Case {
  readonly principal: Principal;
  readonly action: string;
  readonly input: { readonly [name: string]: unknown };
}
const mfaAge = (principal: Principal): number | null =>
  principal.session?.mfaAtMs == null ? null : Math.floor((NOW_MS - principal.session.mfaAtMs) / 1_000);

/** What the policy is meant to say, written without it. */
function meant({ principal, action, input }: Case): boolean {
  const age = mfaAge(principal);
  const fresh = age !== null && age <= 900;
  const exactly = input['SigningAlgorithm'] === 'ED25519_SHA_512' && (input['MessageType'] ?? 'RAW') === 'RAW';
  switch (principal.arn) {
    case roles.serviceRoleArn:
      return READ.includes(action);
    case roles.ownerRoleArn:
      return READ.includes(action) || (action === 'kms:Sign' && fresh && exactly);
    case roles.adminRoleArn:
      if (LOOK.includes(action)) return true;
      if (action === 'kms:ScheduleKeyDeletion' && Number(input['PendingWindowInDays'] ?? 30) < 30) return false;
      return MANAGE.includes(action) && fresh;
    default:
      return false;
  }
}
const says = ({ principal, action, input }: Case): boolean =>
  allows(policy, { principal, action, context: contextOf(principal, input, NOW_MS) });

const principals = fc.record({
  arn: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(roles.ownerRoleArn, roles.serviceRoleArn, roles.adminRoleArn) },
    fc.constantFrom(
      role('owner2'),
      role('admin'),
      `arn:aws:iam::${account}:root`,
      `arn:aws:iam::${account}:user/owner`,
      role('owner', '999999999999'),
    ),
  ),
  iamActions: fc.constantFrom([], ACTIONS),
  session: fc.option(
    fc.record({
      mfaAtMs: fc.option(fc.constantFrom(0, 1, 899, 900, 901, 3_600, 86_400).map((seconds) => NOW_MS - seconds * 1_000)),
      expiresAtMs: fc.constant(NOW_MS + 1),
    }),
  ),
});
const cases: fc.Arbitrary<Case> = fc.record({
  principal: principals.map((each) => ({ ...each, account: each.arn.split(':')[4] ?? '' })),
  action: fc.oneof({ weight: 2, arbitrary: fc.constant('kms:Sign') }, fc.constantFrom(...ACTIONS)),
  input: fc.record(
    {
      SigningAlgorithm: fc.oneof(
        { weight: 4, arbitrary: fc.constant('ED25519_SHA_512') },
        fc.constantFrom('ED25519_PH_SHA_512', 'ECDSA_SHA_256'),
      ),
      MessageType: fc.oneof({ weight: 3, arbitrary: fc.constant('RAW') }, fc.constantFrom('DIGEST', 'EXTERNAL_MU')),
      PendingWindowInDays: fc.constantFrom(7, 29, 30),
    },
    { requiredKeys: [] },
  ),
});

describe('INVARIANT I6: the key policy of an owner key', () => {
  test('allows exactly what it is meant to, to everybody, in every situation', () => {
    let allowed = 0;
    fc.assert(
      fc.property(cases, (each) => {
        const wanted = meant(each);
        allowed += wanted ? 1 : 0;
        expect(says(each), JSON.stringify(each)).toBe(wanted);
      }),
      { numRuns: 3_000 },
    );
    expect(allowed, 'cases that it allows').toBeGreaterThan(100);
  });
  test('the service gets nothing but the public key, with or without MFA, for each action that there is', () => {
    for (const mfaAtMs of [null, NOW_MS])
      for (const action of [...ACTIONS, 'kms:*', 'kms:SignSomethingNew']) {
        const principal: Principal = {
          arn: roles.serviceRoleArn,
          account,
          iamActions: ACTIONS,
          session: { mfaAtMs, expiresAtMs: NOW_MS + 1 },
        };
        const input = { SigningAlgorithm: 'ED25519_SHA_512', MessageType: 'RAW' };
        expect(says({ principal, action, input }), action).toBe(READ.includes(action));
      }
  });
  test('a careless allowance added to it still lets nobody else sign, and nobody sign or manage without MFA', () => {
    const document = JSON.parse(text);
    const careless = { Sid: 'Careless', Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' };
    const loose = parseKeyPolicy(JSON.stringify({ ...document, Statement: [...document.Statement, careless] }));
    fc.assert(
      fc.property(cases, ({ principal, action, input }) => {
        const allowed = allows(loose, { principal, action, context: contextOf(principal, input, NOW_MS) });
        const age = mfaAge(principal);
        const fresh = age !== null && age <= 900;
        if (action === 'kms:Sign' && principal.arn !== roles.ownerRoleArn) expect(allowed).toBe(false);
        if ([...MANAGE, 'kms:Sign'].includes(action) && !fresh) expect(allowed).toBe(false);
        if (['kms:CreateGrant', 'kms:ReplicateKey'].includes(action) || principal.account !== account) expect(allowed).toBe(false);
        if (principal.arn === roles.serviceRoleArn && !READ.includes(action)) expect(allowed).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
  test('is the same bytes for the same roles, names its version and fits into KMS', () => {
    expect(ownerKeyPolicy({ ...roles })).toEqual({ ok: true, value: text });
    expect(JSON.parse(text)).toMatchObject({ Id: `countersign-owner-key-v${OWNER_KEY_POLICY_VERSION}`, Version: '2012-10-17' });
    expect(Buffer.byteLength(text)).toBeLessThan(32_768);
    expect(text).not.toContain(':root');
  });
  test('roles that would make another policy than the one meant are refused', () => {
    const bad: readonly Partial<OwnerKeyRoles>[] = [
      { account: '12345678901' },
      { account: '999999999999' },
      { ownerRoleArn: '*' },
      { ownerRoleArn: `arn:aws:iam::${account}:root` },
      { ownerRoleArn: `arn:aws:iam::${account}:user/olivia` },
      { ownerRoleArn: `arn:aws:sts::${account}:assumed-role/owner/x` },
      { ownerRoleArn: role('*') },
      { ownerRoleArn: role('owner', '999999999999') },
      { ownerRoleArn: roles.serviceRoleArn },
      { adminRoleArn: roles.ownerRoleArn },
      { serviceRoleArn: '' },
    ];
    for (const change of bad)
      expect(ownerKeyPolicy({ ...roles, ...change }), JSON.stringify(change)).toMatchObject({ error: { code: 'invalid_field' } });
  });
});
