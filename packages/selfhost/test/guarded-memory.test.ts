import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { encodeBase58 } from '@countersign/core';
import { PublicKey } from '@solana/web3.js';
import sodium from 'sodium-native';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSignerConnection, type SignerConnection } from '../src/client/signer-connection.ts';
import { derivePassphraseKey, KDF_FLOOR, type KdfParameters, type StoredKdf } from '../src/keystore/kdf.ts';
import { openKeystore } from '../src/keystore/open-keystore.ts';
import type { SigningKey } from '../src/keystore/signing-key.ts';
import { createKeyOf } from '../src/signer/operations/create-key-address.ts';
import { encodeCanonical } from '../src/signer/wire/canonical-cbor.ts';
import { encodeFrame } from '../src/signer/wire/frame.ts';
import { createSignerClient, type SignerClient } from '../src/signer-client.ts';
import { SIGNER_MAIN } from '../src/spawn-signer.ts';
import { cancelProposal, noncePair } from './support/kit-builder.ts';
import { addressOf, type Cast, castOf, compile, spendMessage, withOwnerMessage } from './support/message-builder.ts';
import { boundsFor, destroyOrder, installOrder, NETWORK, rotateOrder, signAs } from './support/owner-side.ts';
import { mappingsOf, searchMemory } from './support/process-memory.ts';
import { OWNER_KEY, temporaryDirectory, WALLET } from './support/test-signer.ts';

const PASSPHRASE = 'a passphrase that stands nowhere else, 7291';

interface Secret {
  readonly name: string;
  readonly bytes: Buffer;
}
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let child: ChildProcess;
let client: SignerClient;
let wire: SignerConnection;
let cast: Cast;
let next: Cast;
let secrets: { readonly fee: Secret; readonly old: Secret; readonly live: Secret; readonly master: Secret };
let output = '';

const take = (key: SigningKey, name: string): Secret => ({ name, bytes: key.sealSeed((seed) => Buffer.from(seed)) });
const must = <T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: object }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

/** A keystore whose keys this test knows: the agent key, the one that takes its place, the fee account's and the key of all files. */
async function makeKnownKeystore(): Promise<void> {
  const opened = await openKeystore({
    ...{
      directory: join(directory.path, 'keystore'),
      passphrase: Buffer.from(PASSPHRASE),
      kdfForNewKeystore: KDF_FLOOR,
      kdfFloor: KDF_FLOOR,
    },
  });
  if (!opened.ok) throw new Error(opened.error.problem);
  const keystore = opened.value;
  const createKey = new PublicKey(createKeyOf(keystore, WALLET));
  const fee = new PublicKey(keystore.feeKey.address);
  const draft = castOf(fee, PublicKey.default, OWNER_KEY.publicKey, createKey);
  const pins = { walletId: WALLET, owner: addressOf(draft.owner), multisig: addressOf(draft.multisig), network: NETWORK };
  const [agent, waiting] = [await keystore.createAgentKey(pins), await keystore.createNextKey(pins)];
  cast = { ...draft, agent: new PublicKey(agent.address) };
  next = { ...draft, agent: new PublicKey(waiting.address) };
  const header = JSON.parse(Buffer.from(await keystore.readBackup(WALLET)).toString()) as { readonly kdf: StoredKdf };
  const master = sodium.sodium_malloc(32);
  await derivePassphraseKey(master, Buffer.from(PASSPHRASE), header.kdf);
  secrets = {
    fee: take(keystore.feeKey, 'fee seed'),
    old: take(agent, 'seed of the old agent key'),
    live: take(waiting, 'seed of the live agent key'),
    master: { name: 'master key', bytes: Buffer.from(master) },
  };
  await keystore.close();
}

/** Every way in which bytes could stand in memory, in a log or in an answer. */
function spellings({ name, bytes }: Secret): [string, Buffer][] {
  const texts = [
    ...[bytes.toString('hex'), bytes.toString('hex').toUpperCase(), bytes.toString('base64').replaceAll('=', '')],
    ...[bytes.toString('base64url'), encodeBase58(bytes), bytes.join(','), bytes.join(', ')],
  ];
  return [
    [`${name}, raw`, bytes],
    ...texts.flatMap((text, at): [string, Buffer][] => [
      [`${name}, spelling ${at}`, Buffer.from(text)],
      [`${name}, spelling ${at} in UTF-16`, Buffer.from(text, 'utf16le')],
    ]),
  ];
}
/** What Ed25519 signs with: the clamped first half of the seed's SHA-512 (RFC 8032, 5.1.5). */
function scalarOf({ name, bytes }: Secret): Secret {
  const scalar = createHash('sha512').update(bytes).digest().subarray(0, 32);
  scalar[0] = (scalar[0] ?? 0) & 248;
  scalar[31] = ((scalar[31] ?? 0) & 127) | 64;
  return { name: `${name}'s scalar`, bytes: scalar };
}
const allSecrets = (): Secret[] => {
  const { fee, old, live, master } = secrets;
  const passphrase = { name: 'passphrase', bytes: Buffer.from(PASSPHRASE) };
  return [fee, old, live, master, passphrase, scalarOf(fee), scalarOf(old), scalarOf(live)];
};

beforeAll(async () => {
  directory = await temporaryDirectory();
  await makeKnownKeystore();
  const passphraseFile = join(directory.path, 'passphrase');
  await writeFile(passphraseFile, `${PASSPHRASE}\n`, { mode: 0o600 });
  const socketPath = join(directory.path, 'run', 'signer.sock');
  const args = [
    '--socket',
    socketPath,
    '--keystore',
    join(directory.path, 'keystore'),
    '--passphrase-file',
    passphraseFile,
    '--die-with-parent',
  ];
  child = spawn(process.execPath, ['--disable-sigusr1', SIGNER_MAIN, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString('latin1')));
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  client = createSignerClient({ socketPath, timeoutMs: 5_000 });
  wire = createSignerConnection({ socketPath, timeoutMs: 5_000 });
});
afterAll(async () => {
  client.close();
  wire.close();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  await directory.remove();
});

/** Uses every key in every way: signs, seals, rotates, signs with the new key, makes refusals. */
async function useTheKeys(): Promise<void> {
  const pay = async (of: Cast): Promise<void> => {
    must(await client.signWithAgentKey({ walletId: WALLET, kind: 'spend', message: spendMessage(of) }));
    const both = withOwnerMessage(of);
    must(await client.signWithAgentKey({ walletId: WALLET, kind: 'with_owner', message: both, ownerSignature: signAs(OWNER_KEY, both) }));
    const back = compile(of.fee, [cancelProposal(of, of.agent)]);
    must(await client.signWithAgentKey({ walletId: WALLET, kind: 'step_back', message: back }));
    must(await client.signWithFeeKey({ walletId: WALLET, message: spendMessage(of) }));
  };
  must(await client.installBounds({ walletId: WALLET, ...installOrder(OWNER_KEY, cast, boundsFor(cast)) }));
  await pay(cast);
  must(await client.signWithFeeKey({ walletId: WALLET, message: compile(cast.fee, await noncePair(cast)) }));
  must(await client.getCreateKey(WALLET));
  const sealed = must(await client.sealBytes({ walletId: WALLET, label: 'kit', bytes: new Uint8Array(64) }));
  must(await client.openBytes({ walletId: WALLET, label: 'kit', sealed }));
  must(await client.readBackup(WALLET));
  const order = rotateOrder(OWNER_KEY, cast, boundsFor(next, { revision: 2 }));
  expect(must(await client.rotateAgentKey({ walletId: WALLET, ...order })).agent).toBe(addressOf(next.agent));
  await pay(next);
}

describe('INVARIANT I9: keys in memory', () => {
  test('no seed, scalar, file key or passphrase stands in any page that can be read, in any spelling', { timeout: 120_000 }, async () => {
    await useTheKeys();
    const pid = child.pid ?? 0;
    const needles = new Map([...allSecrets().flatMap(spellings), ['control', Buffer.from(addressOf(next.agent))] as const]);
    const mappings = mappingsOf(pid);
    const readable = searchMemory(
      pid,
      mappings.filter((mapping) => mapping.readable),
      needles,
    );
    const names = new Set(readable.map(({ name }) => name));
    expect(names.has('control'), 'the search finds what is there').toBe(true);
    expect([...names].filter((name) => name !== 'control')).toEqual([]);
  });
  test('the keys are in closed pages, locked where the limit allows it and left out of core dumps; the replaced one is nowhere', async () => {
    const pid = child.pid ?? 0;
    const needles = new Map(allSecrets().map(({ name, bytes }) => [name, bytes]));
    const guarded = searchMemory(
      pid,
      mappingsOf(pid).filter(({ readable }) => !readable),
      needles,
    );
    const names = new Set(guarded.map(({ name }) => name));
    expect([secrets.fee, secrets.live, secrets.master].map(({ name }) => names.has(name))).toEqual([true, true, true]);
    expect([secrets.old.name, 'passphrase', scalarOf(secrets.live).name].map((name) => names.has(name))).toEqual([false, false, false]);
    const answer = must(await wire.request('status', {}));
    const locked = answer.yes('memoryLocked');
    for (const { mapping } of guarded) {
      expect(mapping.flags).toContain('dd');
      expect(mapping.flags.includes('lo')).toBe(locked);
    }
    expect(answer.yes('coreDumpsOff')).toBe(true);
  });
  test('answers, refusals and what the process writes hold none of them', async () => {
    const texts: string[] = [];
    for (const [op, content] of [
      ['hello', {}],
      ['status', { walletId: WALLET }],
      ['fee_account', {}],
      ['read_backup', { walletId: WALLET }],
      ['seal', { walletId: WALLET, label: 'kit', bytes: new Uint8Array(32) }],
      ['sign', { walletId: WALLET, kind: 'spend', message: spendMessage(next) }],
      ['sign', { walletId: WALLET, kind: 'spend', message: new Uint8Array(300) }],
      ['open', { walletId: WALLET, label: 'kit', sealed: new Uint8Array(80) }],
      ['restore_key', { backup: Buffer.from('{"walletId":"wal_01KAQ00000000000000000000Z"}') }],
      ['destroy_key', { walletId: WALLET, ...destroyOrder(OWNER_KEY, cast) }],
      ['export_key', { walletId: WALLET }],
    ] as const)
      texts.push(await rawAnswer(op, content));
    const all = Buffer.from(`${texts.join('\n')}\n${output}`, 'latin1');
    expect(all.includes(addressOf(next.agent))).toBe(true);
    for (const [name, bytes] of allSecrets().flatMap(spellings)) expect(all.includes(bytes), name).toBe(false);
  });
});

/** The bytes of an answer as they come over the socket. */
async function rawAnswer(op: string, content: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(join(directory.path, 'run', 'signer.sock'));
    socket.once('error', reject);
    socket.once('data', (chunk: Buffer) => {
      socket.destroy();
      resolve(chunk.toString('latin1'));
    });
    socket.write(encodeFrame(encodeCanonical({ v: 1, id: new Uint8Array(16), op, ...content })));
  });
}

describe('unlocking', () => {
  test('does not hold up the event loop', async () => {
    const own = await temporaryDirectory();
    const kdf: KdfParameters = { memoryKib: 256 * 1024, passes: 3 };
    let longest = 0;
    let ticks = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      ticks += 1;
    }, 5);
    const began = performance.now();
    const opened = await openKeystore({
      ...{ directory: own.path, passphrase: Buffer.from(PASSPHRASE), kdfForNewKeystore: kdf, kdfFloor: KDF_FLOOR },
    });
    const took = performance.now() - began;
    clearInterval(timer);
    if (!opened.ok) throw new Error(opened.error.problem);
    await opened.value.close();
    await own.remove();
    expect(ticks).toBeGreaterThan(5);
    expect(longest).toBeLessThan(took / 2);
  });
});
