import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Address, encodeBase58, type IOwnerKeys, type Result } from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { describeOwnerKeysContract } from '@countersign/testkit/contracts';
import { openKeypairFile } from '../src/owner/keypair-file.ts';
import { createPastedOwnerKeys } from '../src/owner/pasted-signature.ts';
import { createSealedOwnerKey, openSealedOwnerKey } from '../src/owner/sealed-owner-key.ts';
import { TEST_KDF, temporaryDirectory } from './support/test-signer.ts';

const must = <T>(result: Result<T, { readonly problem: string }>): T => {
  if (!result.ok) throw new Error(result.error.problem);
  return result.value;
};
const signsFor = (owner: Address) => ({ owner, limitBytes: null });

describeOwnerKeysContract('sealed file', async () => {
  const directory = await temporaryDirectory();
  const path = join(directory.path, 'owner.json');
  const passphrase = Buffer.from('owner passphrase');
  const { owner } = must(await createSealedOwnerKey({ path, passphrase, kdf: TEST_KDF, kdfFloor: TEST_KDF }));
  return {
    ...{ holder: 'sealed_file', ...signsFor(owner), secrets: [passphrase.toString()], close: directory.remove },
    open: async () => must(await openSealedOwnerKey({ path, passphrase, kdfFloor: TEST_KDF })),
  };
});

describeOwnerKeysContract('keypair file', async () => {
  const directory = await temporaryDirectory();
  const path = join(directory.path, 'id.json');
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const [seed, publicKey] = [Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')];
  await writeFile(path, JSON.stringify([...seed, ...publicKey]), { mode: 0o600 });
  const secrets = [seed.toString('hex'), encodeBase58(seed), encodeBase58(Buffer.concat([seed, publicKey])), [...seed].join(',')];
  return {
    ...{ holder: 'keypair_file', ...signsFor(encodeBase58(publicKey) as Address), secrets, close: directory.remove },
    open: async () => must(await openKeypairFile({ path })),
  };
});

describeOwnerKeysContract('pasted signature', async () => {
  const key = createTestKey();
  const open = async (): Promise<IOwnerKeys> =>
    createPastedOwnerKeys({
      owner: key.address,
      read: async ({ base64 }) => encodeBase58(key.sign(Buffer.from(base64, 'base64'))),
    });
  return { holder: 'pasted_signature', ...signsFor(key.address), secrets: [], open, close: async () => undefined };
});
