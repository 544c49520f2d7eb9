import { describeOwnerKeysContract } from '@countersign/testkit/contracts';
import { describe, expect, test } from 'vitest';
import {
  type AwsAccess,
  createKmsOwnerKeys,
  createOwnerKeyInKms,
  KMS_LIMIT_BYTES,
  KMS_TIMEOUT_MS,
  openKmsClient,
  ownerSession,
  selfTestKmsOwnerKey,
} from '../src/index.ts';
import { must } from './kms-world.ts';
import { installMinistack, startMinistack } from './ministack.ts';

const ministack = await installMinistack();
if (!ministack.ok)
  process.stderr.write(`left out: the KMS owner key against ministack (it could not be installed from PyPI: ${ministack.why})\n`);

const ACCOUNT = '000000000000';
const role = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const roles = { account: ACCOUNT, ownerRoleArn: role('owner'), serviceRoleArn: role('service'), adminRoleArn: role('admin') };
const accessTo = (endpoint: string): AwsAccess => ({
  ...{ region: 'eu-central-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, endpoint },
});
const create = (access: AwsAccess) =>
  createOwnerKeyInKms({ client: openKmsClient(access), roles, description: 'owner key of a test', timeoutMs: KMS_TIMEOUT_MS });

if (ministack.ok) {
  const { folder } = ministack;
  describeOwnerKeysContract('AWS KMS (ministack, by the real SDK)', async () => {
    const { endpoint, close } = await startMinistack(folder);
    const access = accessTo(endpoint);
    const { owner, keyArn } = must(await create(access));
    return {
      ...{ holder: 'kms', owner, limitBytes: KMS_LIMIT_BYTES, secrets: [], close },
      open: async () => must(await createKmsOwnerKeys({ client: openKmsClient(access), keyId: keyArn, owner, timeoutMs: KMS_TIMEOUT_MS })),
    };
  });

  describe('ministack, an emulator that somebody else wrote', () => {
    test('takes our policy, makes the key that we ask for, passes the self-test and gives sessions', async () => {
      const { endpoint, close } = await startMinistack(folder);
      try {
        const access = accessTo(endpoint);
        const { owner, keyArn } = must(await create(access));
        expect(await selfTestKmsOwnerKey({ client: openKmsClient(access), keyId: keyArn, owner, timeoutMs: KMS_TIMEOUT_MS })).toEqual({
          ok: true,
          value: { owner },
        });
        const mfaSerial = `arn:aws:iam::${ACCOUNT}:mfa/olivia`;
        const session = must(await ownerSession({ access, roleArn: roles.ownerRoleArn, mfaSerial, mfaCode: '123456' }));
        const client = openKmsClient({ ...access, credentials: session.credentials });
        expect(await createKmsOwnerKeys({ client, keyId: keyArn, owner, timeoutMs: KMS_TIMEOUT_MS })).toMatchObject({ ok: true });
      } finally {
        await close();
      }
    });
  });
} else {
  test('ministack was left out', () => expect(ministack.why).not.toBe(''));
}
