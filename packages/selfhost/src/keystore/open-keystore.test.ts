import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { address } from '@countersign/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { key } from '../../test/support/message-builder.ts';
import { NETWORK } from '../../test/support/owner-side.ts';
import { openTestKeystore, TEST_KDF, temporaryDirectory, WALLET } from '../../test/support/test-signer.ts';
import { KDF_FLOOR, type KdfFloor } from './kdf.ts';
import type { PinnedWallet } from './key-file.ts';
import { openKeystore } from './open-keystore.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => directory.remove());

const named = (name: number): ReturnType<typeof address> => address(key(name).publicKey.toBase58());
const PINNED: PinnedWallet = { walletId: WALLET, owner: named(3), multisig: named(5), network: NETWORK };

async function makeKeystore(): Promise<string> {
  const keystore = await openTestKeystore(directory.path);
  const made = await keystore.createAgentKey(PINNED);
  await keystore.close();
  return made.address;
}
const tryOpen = async (passphrase = 'correct horse', kdfFloor: KdfFloor = TEST_KDF): Promise<string> => {
  const opened = await openKeystore({
    ...{ directory: directory.path, passphrase: Buffer.from(passphrase), kdfForNewKeystore: TEST_KDF, kdfFloor },
  });
  if (!opened.ok) return opened.error.code;
  await opened.value.close();
  return 'ok';
};
const path = (file: string): string => join(directory.path, file);
const FILES = ['keystore.json', 'fee.json', `${WALLET}/agent.json`, `${WALLET}/state.json`];

/** Every file with its content, to show that a refusal changes nothing. */
async function snapshot(): Promise<Record<string, string>> {
  const names = (await readdir(directory.path, { recursive: true })).filter((name) => !name.endsWith('.lock'));
  const entries: [string, string][] = [];
  for (const name of names.sort()) if ((await stat(path(name))).isFile()) entries.push([name, await readFile(path(name), 'hex')]);
  return Object.fromEntries(entries);
}

describe('a keystore', () => {
  test('is made once and opens again with the same keys', async () => {
    const agent = await makeKeystore();
    const keystore = await openTestKeystore(directory.path);
    expect(keystore.wallets.map(({ wallet, key: opened }) => [wallet, opened?.address])).toEqual([[PINNED, agent]]);
    await keystore.close();
  });
  test('files are 0600 and directories 0700', async () => {
    await makeKeystore();
    for (const file of FILES) expect((await stat(path(file))).mode & 0o777).toBe(0o600);
    for (const folder of ['.', WALLET]) expect((await stat(path(folder))).mode & 0o777).toBe(0o700);
  });
  test('INVARIANT I9: no file holds the seed, and errors do not say it', async () => {
    const keystore = await openTestKeystore(directory.path);
    const made = await keystore.createAgentKey(PINNED);
    const seed = made.sealSeed((bytes) => bytes.toString('hex'));
    await keystore.close();
    expect(JSON.stringify(await snapshot())).not.toContain(seed);
    expect(() => made.sign(new Uint8Array(1))).toThrow('wiped');
  });
  test('one process at a time', async () => {
    const keystore = await openTestKeystore(directory.path);
    expect(await tryOpen()).toBe('in_use');
    await keystore.close();
    expect(await tryOpen()).toBe('ok');
  });
});

describe('attacks on the files: each is one clear error and nothing is written over', () => {
  const refused = async (expected: string, ...rest: Parameters<typeof tryOpen>): Promise<void> => {
    const before = await snapshot();
    expect(await tryOpen(...rest)).toBe(expected);
    expect(await snapshot()).toEqual(before);
  };
  test('a wrong passphrase', async () => {
    await makeKeystore();
    await refused('wrong_passphrase', 'correct horse ');
  });
  test('Argon2id parameters below the floor of production', async () => {
    await makeKeystore();
    await refused('kdf_below_floor', 'correct horse', KDF_FLOOR);
  });
  for (const file of FILES) {
    test(`${file}: world-readable`, async () => {
      await makeKeystore();
      await chmod(path(file), 0o644);
      await refused('insecure_mode');
    });
    test(`${file}: truncated, empty, of a later version, with one more field`, async () => {
      await makeKeystore();
      const text = await readFile(path(file), 'utf8');
      for (const [content, code] of [
        [text.slice(0, -20), 'malformed'],
        ['', 'malformed'],
        [text.replace('"version": 1', '"version": 2'), 'unsupported_version'],
        [text.replace('{', '{\n  "more": 1,'), 'malformed'],
      ] as const) {
        await writeFile(path(file), content);
        await refused(code);
      }
    });
    test(`${file}: any one character changed`, async () => {
      await makeKeystore();
      const bytes = await readFile(path(file));
      for (let at = 0; at < bytes.length; at += 7) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ 1;
        await writeFile(path(file), changed);
        expect(await tryOpen(), `byte ${at}`).not.toBe('ok');
      }
    });
  }
  test('a directory that others can enter', async () => {
    await makeKeystore();
    await chmod(path(WALLET), 0o755);
    await refused('insecure_mode');
  });
  test('lowered parameters in one key file', async () => {
    await makeKeystore();
    const text = await readFile(path(`${WALLET}/agent.json`), 'utf8');
    await writeFile(path(`${WALLET}/agent.json`), text.replace('"memoryKib": 8', '"memoryKib": 9'));
    await refused('tampered');
  });
  test('a missing keystore.json, fee.json or state.json is not made anew', async () => {
    for (const file of ['keystore.json', 'fee.json', `${WALLET}/state.json`]) {
      await directory.remove();
      await mkdir(directory.path, { mode: 0o700 });
      await makeKeystore();
      await (await import('node:fs/promises')).rm(path(file));
      await refused('missing');
    }
  });
  test("another wallet's key file in this wallet's folder", async () => {
    const keystore = await openTestKeystore(directory.path);
    const other = 'wal_01KAQ00000000000000000000Z' as typeof WALLET;
    await keystore.createAgentKey(PINNED);
    await keystore.createAgentKey({ ...PINNED, walletId: other });
    await keystore.close();
    await writeFile(path(`${WALLET}/agent.json`), await readFile(path(`${other}/agent.json`)));
    await refused('tampered');
  });
});
