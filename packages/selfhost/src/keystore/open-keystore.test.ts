import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { address } from '@countersign/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { key } from '../../test/support/message-builder.ts';
import { NETWORK } from '../../test/support/owner-side.ts';
import { openTestKeystore, TEST_KDF, temporaryDirectory, WALLET } from '../../test/support/test-signer.ts';
import { KDF_FLOOR, type KdfFloor } from './kdf.ts';
import type { PinnedWallet } from './key-file.ts';
import { openKeystore } from './open-keystore.ts';
import { NEW_STATE } from './state-file.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => directory.remove());

const named = (name: number): ReturnType<typeof address> => address(key(name).publicKey.toBase58());
const PINNED: PinnedWallet = { walletId: WALLET, owner: named(3), multisig: named(5), network: NETWORK };

const VACANT = 'wal_01KAQ00000000000000000000V' as typeof WALLET;
/** A wallet with its key and the one that waits for its place, and a wallet without a key. */
async function makeKeystore(): Promise<string> {
  const keystore = await openTestKeystore(directory.path);
  const made = await keystore.createAgentKey(PINNED);
  await keystore.createNextKey(PINNED);
  const vacancy = { agent: named(6), revision: 4 };
  await keystore.saveVacancy({ ...PINNED, walletId: VACANT }, vacancy, { ...NEW_STATE, suspendedAtMs: 5, usedNonces: ['a'.repeat(32)] });
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
const FILES = [
  ...['keystore.json', 'fee.json', `${WALLET}/agent.json`, `${WALLET}/agent-next.json`, `${WALLET}/state.json`],
  `${VACANT}/vacant.json`,
];

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
    expect(keystore.wallets.map(({ wallet, key: opened }) => [wallet, opened?.address])).toEqual([
      [{ ...PINNED, walletId: VACANT }, undefined],
      [PINNED, agent],
    ]);
    const [vacant, live] = keystore.wallets;
    expect(vacant).toMatchObject({ vacancy: { agent: named(6), revision: 4 }, state: { suspendedAtMs: 5, usedNonces: ['a'.repeat(32)] } });
    expect([live?.vacancy, live?.next === null, live?.next?.address === agent]).toEqual([null, false, false]);
    await keystore.close();
  });
  test('files are 0600 and directories 0700', async () => {
    await makeKeystore();
    for (const file of FILES) expect((await stat(path(file))).mode & 0o777).toBe(0o600);
    for (const folder of ['.', WALLET, VACANT]) expect((await stat(path(folder))).mode & 0o777).toBe(0o700);
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
    test(`${file}: truncated, empty, of a later or an older version, with one more field`, async () => {
      await makeKeystore();
      const text = await readFile(path(file), 'utf8');
      for (const [content, code] of [
        [text.slice(0, -20), 'malformed'],
        ['', 'malformed'],
        [text.replace('"version": 1', '"version": 2'), 'unsupported_version'],
        [text.replace('"version": 1', '"version": 0'), 'unsupported_version'],
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
    for (const file of ['agent.json', 'agent-next.json']) {
      await directory.remove();
      await mkdir(directory.path, { mode: 0o700 });
      await makeKeystore();
      const text = await readFile(path(`${WALLET}/${file}`), 'utf8');
      await writeFile(path(`${WALLET}/${file}`), text.replace('"memoryKib": 8', '"memoryKib": 9'));
      await refused('tampered');
    }
  });
  test('a key file in the place of another one: the waiting key for the live one and the other way round', async () => {
    await makeKeystore();
    const [live, next] = [await readFile(path(`${WALLET}/agent.json`)), await readFile(path(`${WALLET}/agent-next.json`))];
    await writeFile(path(`${WALLET}/agent.json`), next);
    await refused('malformed');
    const dressed = next.toString().replace('countersign-next-agent-key', 'countersign-agent-key');
    await writeFile(path(`${WALLET}/agent.json`), dressed);
    await refused('tampered');
    await writeFile(path(`${WALLET}/agent.json`), live);
    await writeFile(path(`${WALLET}/agent-next.json`), live);
    await refused('malformed');
    await writeFile(path(`${WALLET}/agent-next.json`), live.toString().replace('countersign-agent-key', 'countersign-next-agent-key'));
    await refused('tampered');
  });
  test("another wallet's or owner's waiting key; one without its wallet; a vacancy beside a key", async () => {
    const keystore = await openTestKeystore(directory.path);
    const other = { ...PINNED, walletId: 'wal_01KAQ00000000000000000000Z' as typeof WALLET, owner: named(9) };
    for (const wallet of [PINNED, other]) {
      await keystore.createAgentKey(wallet);
      await keystore.createNextKey(wallet);
    }
    await keystore.close();
    const [mine, others] = [path(`${WALLET}/agent-next.json`), path(`${other.walletId}/agent-next.json`)];
    const good = await readFile(mine);
    await writeFile(mine, await readFile(others));
    await refused('tampered');
    await writeFile(mine, good);
    await rm(path(`${WALLET}/agent.json`));
    await refused('missing');
    await directory.remove();
    await mkdir(directory.path, { mode: 0o700 });
    await makeKeystore();
    await writeFile(path(`${WALLET}/vacant.json`), await readFile(path(`${VACANT}/vacant.json`)), { mode: 0o600 });
    await refused('tampered');
    await rm(path(`${WALLET}/vacant.json`));
    await writeFile(path(`${VACANT}/agent.json`), await readFile(path(`${WALLET}/agent.json`)), { mode: 0o600 });
    await refused('tampered');
  });
  test('what a change left unfinished is thrown away, two finished ones at once are not guessed about', async () => {
    await makeKeystore();
    const before = await snapshot();
    await mkdir(path(`${WALLET}/change.tmp`), { mode: 0o700 });
    await writeFile(path(`${WALLET}/change.tmp/agent.json`), 'half a file', { mode: 0o600 });
    expect(await tryOpen()).toBe('ok');
    expect(await snapshot()).toEqual(before);
    await mkdir(path(`${WALLET}/change-rotate`), { mode: 0o700 });
    await mkdir(path(`${WALLET}/change-owner`), { mode: 0o700 });
    await refused('tampered');
  });
  test('a missing keystore.json, fee.json or state.json is not made anew', async () => {
    for (const file of ['keystore.json', 'fee.json', `${WALLET}/state.json`]) {
      await directory.remove();
      await mkdir(directory.path, { mode: 0o700 });
      await makeKeystore();
      await rm(path(file));
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
