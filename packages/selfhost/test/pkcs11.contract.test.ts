import { describeOwnerKeysContract } from '@countersign/testkit/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPkcs11OwnerKeys, type Pkcs11Key } from '../src/owner/pkcs11-owner-keys.ts';
import { createSoftToken, installTools, type SoftToken } from './support/softhsm.ts';
import { temporaryDirectory } from './support/test-signer.ts';

const tools = await installTools();
if (!tools.ok) process.stderr.write(`left out: the PKCS #11 owner key with SoftHSM (${tools.why})\n`);

if (tools.ok) {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let token: SoftToken;
  beforeAll(async () => {
    directory = await temporaryDirectory();
    token = await createSoftToken(tools, directory.path);
    token.addKey('owner');
  });
  afterAll(() => directory.remove());
  const keyOf = (change: Partial<Pkcs11Key> = {}): Pkcs11Key => ({
    ...{ libraryPath: tools.library, tokenLabel: token.tokenLabel, keyLabel: 'owner', pin: token.pin, addon: tools.addon, ...change },
  });
  const open = async (change: Partial<Pkcs11Key> = {}) => createPkcs11OwnerKeys(keyOf(change));

  describeOwnerKeysContract('PKCS #11 (SoftHSM)', async () => {
    const opened = await open();
    if (!opened.ok) throw new Error(JSON.stringify(opened.error));
    const owner = opened.value.getOwnerPublicKey();
    await opened.value.close();
    return {
      ...{ holder: 'pkcs11', owner, limitBytes: null, secrets: [token.pin], close: async () => undefined },
      open: async () => {
        const again = await open();
        if (!again.ok) throw new Error(JSON.stringify(again.error));
        return again.value;
      },
    };
  });

  describe('a token that says no', () => {
    const refused = (problem: string) => ({ ok: false, error: { code: 'owner_key_refused', problem: expect.stringContaining(problem) } });
    test('to a wrong PIN, another token, another key', async () => {
      expect(await open({ pin: '4321' })).toMatchObject(refused('PIN is wrong'));
      expect(await open({ tokenLabel: 'another' })).toMatchObject(refused('0 tokens'));
      expect(await open({ keyLabel: 'another' })).toMatchObject(refused('0 private'));
      const opened = await open();
      expect(opened.ok).toBe(true);
      if (opened.ok) await opened.value.close();
    });
    test('INVARIANT I9: a key that can be taken out of the token is not used, nor one of two with the same label', async () => {
      token.addKey('loose', { extractable: true });
      expect(await open({ keyLabel: 'loose' })).toMatchObject(refused('taken out of the token'));
      token.addKey('twin');
      token.addKey('twin');
      expect(await open({ keyLabel: 'twin' })).toMatchObject(refused('2 private and 2 public'));
    });
    test('a library that is none', async () => {
      expect(await open({ libraryPath: '/nowhere/lib.so' })).toMatchObject({
        error: { code: 'owner_key_unavailable', mayHaveSigned: false },
      });
    });
  });
}

describe('without the package that speaks PKCS #11', () => {
  test('one line says what to install', async () => {
    const key = { libraryPath: '/x', tokenLabel: 'x', keyLabel: 'x', pin: 'x', addon: 'no-such-package-of-ours' };
    expect(await createPkcs11OwnerKeys(key)).toMatchObject({
      error: {
        code: 'owner_key_unavailable',
        mayHaveSigned: false,
        problem: expect.stringContaining('npm install --no-save pkcs11js@2.1.7'),
      },
    });
  });
});
