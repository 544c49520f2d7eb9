import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeBase58, type ReviewedBytes, reviewed } from '@countersign/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withOwnerMessage } from '../../test/support/message-builder.ts';
import { simpleOrder } from '../../test/support/owner-side.ts';
import { CAST, OWNER } from '../../test/support/parties.ts';
import { TEST_KDF, temporaryDirectory } from '../../test/support/test-signer.ts';
import { KDF_FLOOR } from '../keystore/kdf.ts';
import { verifySignature } from '../keystore/signing-key.ts';
import { createSealedOwnerKey, openSealedOwnerKey, readSealedOwner, sealOwnerKeyTo } from './sealed-owner-key.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let path: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  path = join(directory.path, 'owner.json');
});
afterEach(() => directory.remove());

const passphrase = Buffer.from('owner passphrase');
const create = async (): Promise<string> => {
  const made = await createSealedOwnerKey({ path, passphrase, kdf: TEST_KDF, kdfFloor: TEST_KDF });
  if (!made.ok) throw new Error(made.error.problem);
  return made.value.owner;
};
const open = (words = passphrase, kdfFloor = TEST_KDF): ReturnType<typeof openSealedOwnerKey> =>
  openSealedOwnerKey({ path, passphrase: words, kdfFloor });
const code = async (...rest: Parameters<typeof open>): Promise<string> => {
  const opened = await open(...rest);
  if (opened.ok) opened.value.close();
  return opened.ok ? 'ok' : opened.error.code;
};

describe('a sealed owner key', () => {
  test('opens with the passphrase and signs statements and reviewed messages', async () => {
    const owner = await create();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const opened = await open();
    if (!opened.ok) throw new Error(opened.error.problem);
    const keys = opened.value;
    expect(keys.getOwnerPublicKey()).toBe(owner);
    const publicKey = decodeBase58(owner) ?? new Uint8Array();
    const { statement } = simpleOrder(OWNER, CAST, 'unfreeze');
    const signed = keys.signWithOwnerKey({ kind: 'statement', text: statement });
    expect(signed.ok && verifySignature(signed.value, Buffer.from(statement), publicKey)).toBe(true);
    const message = withOwnerMessage(CAST);
    const onMessage = keys.signWithOwnerKey({ kind: 'transaction', message: reviewed(message, 'test') });
    expect(onMessage.ok && verifySignature(onMessage.value, message, publicKey)).toBe(true);
    keys.close();
    keys.close();
    expect(() => keys.signWithOwnerKey({ kind: 'statement', text: statement })).toThrow('wiped');
  });
  test('another key can be sealed to the same passphrase without it', async () => {
    await create();
    const read = await readSealedOwner({ path, kdfFloor: TEST_KDF });
    if (!read.ok) throw new Error(read.error.problem);
    const next = join(directory.path, 'next.json');
    const sealed = await sealOwnerKeyTo({ path: next, recipient: read.value.recipient });
    const opened = await openSealedOwnerKey({ path: next, passphrase, kdfFloor: TEST_KDF });
    expect(sealed.ok && opened.ok && opened.value.getOwnerPublicKey() === sealed.value.owner).toBe(true);
    if (opened.ok) opened.value.close();
  });
});

describe('INVARIANT I1, I6: attacks on the owner key', () => {
  test('bytes that nobody reviewed, and bytes changed after the review', async () => {
    await create();
    const opened = await open();
    if (!opened.ok) throw new Error(opened.error.problem);
    const forged = { decodedBy: 'x', sha256: '', toBytes: () => new Uint8Array(3) } as unknown as ReviewedBytes;
    expect(() => opened.value.signWithOwnerKey({ kind: 'transaction', message: forged })).toThrow('reviewed');
    const message = withOwnerMessage(CAST);
    const seen = reviewed(message, 'test');
    message.fill(0);
    expect(seen.toBytes()).toEqual(withOwnerMessage(CAST));
    opened.value.close();
  });
  test('a statement as a message, a message as a statement', async () => {
    await create();
    const opened = await open();
    if (!opened.ok) throw new Error(opened.error.problem);
    const { statement } = simpleOrder(OWNER, CAST, 'unfreeze');
    for (const bytes of [Buffer.from(statement), Uint8Array.of(0xff, 1, 2)])
      expect(opened.value.signWithOwnerKey({ kind: 'transaction', message: reviewed(bytes, 'test') }).ok).toBe(false);
    for (const text of ['', 'send everything', `${statement}x`, statement.slice(1)])
      expect(opened.value.signWithOwnerKey({ kind: 'statement', text: text }).ok).toBe(false);
    opened.value.close();
  });
  test('wrong passphrase, weak parameters, open file, missing file, existing file', async () => {
    expect(await code()).toBe('missing');
    await create();
    expect(await code(Buffer.from('owner passphrasE'))).toBe('wrong_passphrase');
    expect(await code(passphrase, KDF_FLOOR)).toBe('kdf_below_floor');
    const again = await createSealedOwnerKey({ path, passphrase, kdf: TEST_KDF, kdfFloor: TEST_KDF });
    expect(again.ok ? 'ok' : again.error.code).toBe('exists');
    await chmod(path, 0o640);
    expect(await code()).toBe('insecure_mode');
  });
  test('any one character changed, and another owner in the header', async () => {
    const owner = await create();
    const text = await readFile(path, 'utf8');
    for (let at = 0; at < text.length; at += 5) {
      const changed = Buffer.from(text);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await writeFile(path, changed);
      expect(await code(), `byte ${at}`).not.toBe('ok');
    }
    await writeFile(path, text.replace(owner, OWNER.publicKey.toBase58()));
    expect(await code()).toBe('tampered');
  });
});
