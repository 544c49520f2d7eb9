import { describeOwnerKeysContract } from '@countersign/testkit/contracts';
import { createKmsOwnerKeys, KMS_LIMIT_BYTES, KMS_TIMEOUT_MS } from '../src/index.ts';
import { createKmsWorld, must } from './kms-world.ts';

describeOwnerKeysContract('AWS KMS (the double, by the real SDK)', async () => {
  const world = await createKmsWorld();
  const { owner, keyArn } = world;
  return {
    ...{ holder: 'kms', owner, limitBytes: KMS_LIMIT_BYTES, secrets: [] },
    open: async () => must(await createKmsOwnerKeys({ client: await world.asOwner(), keyId: keyArn, owner, timeoutMs: KMS_TIMEOUT_MS })),
    close: world.double.close,
  };
});
