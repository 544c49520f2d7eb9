import { spawn } from 'node:child_process';
import { stat, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { PublicKey } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifySignature } from '../src/keystore/signing-key.ts';
import { encodeCanonical } from '../src/signer/wire/canonical-cbor.ts';
import { encodeFrame } from '../src/signer/wire/frame.ts';
import { createSignerClient, type SignerClient } from '../src/signer-client.ts';
import { SIGNER_MAIN, type SignerProcess, spawnSigner } from '../src/spawn-signer.ts';
import {
  addressOf,
  type Cast,
  castOf,
  compile,
  memo,
  spendInstruction,
  spendMessage,
  withOwnerMessage,
} from './support/message-builder.ts';
import { boundsFor, installOrder, NETWORK, signAs, simpleOrder } from './support/owner-side.ts';
import { OWNER_KEY, temporaryDirectory, WALLET } from './support/test-signer.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let child: SignerProcess;
let client: SignerClient;
let cast: Cast;
const WEAKEST = ['--kdf-memory-mib', '64', '--kdf-passes', '2'];

const start = async (): ReturnType<typeof spawnSigner> =>
  spawnSigner({
    socketPath: join(directory.path, 'run', 'signer.sock'),
    keystoreDirectory: join(directory.path, 'keystore'),
    passphraseFile: join(directory.path, 'passphrase'),
    moreArguments: WEAKEST,
  });
const mustStart = async (): Promise<SignerProcess> => {
  const started = await start();
  if (!started.ok) throw new Error(started.error);
  return started.value;
};
const value = <T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: object }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

beforeAll(async () => {
  directory = await temporaryDirectory();
  await writeFile(join(directory.path, 'passphrase'), 'correct horse\n', { mode: 0o600 });
  child = await mustStart();
  client = createSignerClient({ socketPath: child.socketPath, timeoutMs: 3_000 });
  const fee = value(await client.getFeeAccount());
  const createKey = value(await client.getCreateKey(WALLET));
  const draft = castOf(new PublicKey(fee), PublicKey.default, OWNER_KEY.publicKey, new PublicKey(createKey));
  const pinned = { walletId: WALLET, owner: addressOf(OWNER_KEY.publicKey), multisig: addressOf(draft.multisig), network: NETWORK };
  const { agent } = value(await client.initializeAgentKey(pinned));
  cast = { ...draft, agent: new PublicKey(agent) };
  value(
    await client.installBounds({ walletId: WALLET, ...installOrder(OWNER_KEY, cast, boundsFor(cast, { signaturesPerMinute: 6_000 })) }),
  );
});
afterAll(async () => {
  client.close();
  await child.stop();
  await directory.remove();
});

let unique = 0;
const fresh = (amount: number): Uint8Array => {
  unique += 1;
  return compile(cast.fee, [spendInstruction(cast, { amount }), memo(`n${unique}`)]);
};

describe('the signer as its own process', () => {
  test('signs over the socket; every method of IKeyManagementService answers', async () => {
    const message = spendMessage(cast);
    const { signature, receipt } = value(await client.signWithAgentKey({ walletId: WALLET, kind: 'spend', message }));
    expect(verifySignature(signature, message, cast.agent.toBytes())).toBe(true);
    const both = withOwnerMessage(cast);
    const withOwner = { walletId: WALLET, kind: 'with_owner', message: both, ownerSignature: signAs(OWNER_KEY, both) } as const;
    expect(verifySignature(value(await client.signWithAgentKey(withOwner)).signature, both, cast.agent.toBytes())).toBe(true);
    const [fee] = value(await client.signWithFeeKey({ walletId: WALLET, message }));
    expect(fee && verifySignature(fee.signature, message, cast.fee.toBytes())).toBe(true);
    expect(value(await client.getAgentPublicKey(WALLET))).toBe(addressOf(cast.agent));
    value(await client.restoreReceipts(WALLET, [receipt]));
    value(await client.suspendAgentKey(WALLET));
    const refused = await client.signWithAgentKey({ walletId: WALLET, kind: 'spend', message });
    expect(refused.ok ? null : refused.error).toMatchObject({ code: 'signer_refused', signerCode: 'suspended' });
    value(await client.resumeAgentKey({ walletId: WALLET, ...simpleOrder(OWNER_KEY, cast, 'unfreeze') }));
    const health = await client.healthCheck();
    expect(health).toMatchObject({ ready: true, problem: null, wallets: [{ walletId: WALLET, state: 'active', policyRevision: 1 }] });
  });
  test('the socket is 0600 in a directory of 0700', async () => {
    expect((await stat(child.socketPath)).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory.path, 'run'))).mode & 0o777).toBe(0o700);
  });
  test('two hundred requests at once on one connection', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => client.signWithAgentKey({ walletId: WALLET, kind: 'spend', message: fresh(1) })),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(200);
  });
  test('a second signer on the same socket or keystore is refused', async () => {
    const second = await start();
    expect(second.ok ? '' : second.error).toContain('in_use');
  });
  test('kill -9 and restart: the client reconnects, the counters and the suspension are still there', async () => {
    value(await client.signWithAgentKey({ walletId: WALLET, kind: 'spend', message: fresh(1_000_000) }));
    value(await client.suspendAgentKey(WALLET));
    process.kill(child.pid, 'SIGKILL');
    await child.exited;
    const down = await client.signWithAgentKey({ walletId: WALLET, kind: 'spend', message: fresh(1) });
    expect(down.ok ? null : down.error.code).toBe('signer_unavailable');
    child = await mustStart();
    const message = fresh(1_000_000);
    const suspended = await client.signWithAgentKey({ walletId: WALLET, kind: 'spend', message });
    expect(suspended.ok ? null : suspended.error).toMatchObject({ signerCode: 'suspended' });
    value(await client.resumeAgentKey({ walletId: WALLET, ...simpleOrder(OWNER_KEY, cast, 'unfreeze') }));
    const over = await client.signWithAgentKey({ walletId: WALLET, kind: 'spend', message });
    expect(over.ok ? null : over.error).toMatchObject({ signerCode: 'over_window_cap' });
  });
});

/** What the signer sends back for raw bytes until it closes or half a second has passed. */
async function raw(bytes: Uint8Array): Promise<{ readonly text: string; readonly closed: boolean }> {
  return new Promise((resolve) => {
    const socket = createConnection(child.socketPath);
    const chunks: Buffer[] = [];
    const done = (closed: boolean): void => {
      socket.destroy();
      resolve({ text: Buffer.concat(chunks).toString('latin1'), closed });
    };
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => done(true));
    socket.on('error', () => done(true));
    socket.write(bytes);
    setTimeout(() => done(false), 500);
  });
}

describe('attacks on the wire', () => {
  const frame = (content: object): Uint8Array => encodeFrame(encodeCanonical(content));
  const id = new Uint8Array(16);
  test('a frame that is too long, not CBOR, not canonical, or of another version ends the connection', async () => {
    const huge = Uint8Array.of(0, 1, 0, 1, 0);
    const indefinite = encodeFrame(Uint8Array.of(0xbf, 0xff));
    const longForm = encodeFrame(Uint8Array.of(0xa1, 0x78, 0x01, 0x76, 0x01));
    for (const bytes of [
      huge,
      indefinite,
      longForm,
      encodeFrame(Uint8Array.of(0xff)),
      frame({ v: 2, id, op: 'hello' }),
      frame({ v: 1, op: 'hello' }),
    ]) {
      const answer = await raw(bytes);
      expect(answer.closed).toBe(true);
      expect(answer.text).toContain('malformed');
    }
  });
  test('an unknown field or operation is refused', async () => {
    expect((await raw(frame({ v: 1, id, op: 'hello', more: 1 }))).text).toContain('malformed');
    expect((await raw(frame({ v: 1, id, op: 'export_key' }))).text).toContain('malformed');
  });
  test('more than 32 open requests on one connection', async () => {
    const many = Buffer.concat(
      Array.from({ length: 64 }, (_, index) =>
        frame({ v: 1, id: new Uint8Array(16).fill(index), op: 'sign', walletId: WALLET, kind: 'spend', message: fresh(1) }),
      ),
    );
    expect((await raw(many)).text).toContain('rate_limited');
  });
});

describe('how it starts', () => {
  const run = (
    args: readonly string[],
    options: { readonly nodeArguments?: readonly string[] } = {},
  ): Promise<{ code: number | null; error: string }> =>
    new Promise((resolve) => {
      const started = spawn(process.execPath, [...(options.nodeArguments ?? []), SIGNER_MAIN, ...args], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let error = '';
      started.stderr.on('data', (chunk: Buffer) => {
        error += chunk.toString();
      });
      started.on('exit', (code) => resolve({ code, error }));
    });
  const paths = (passphraseFile: string): string[] => [
    ...['--socket', join(directory.path, 'other', 's.sock'), '--keystore', join(directory.path, 'other-keystore')],
    ...['--passphrase-file', passphraseFile],
  ];
  test('without its options, with a debugger, with weak key derivation, with a passphrase that others can read', async () => {
    expect(await run([])).toMatchObject({ code: 2 });
    const passphrase = join(directory.path, 'passphrase');
    const inspected = await run(paths(passphrase), { nodeArguments: ['--inspect=127.0.0.1:0'] });
    expect(inspected.code).toBe(1);
    expect(inspected.error).toContain('does not run with --inspect');
    const weak = await run([...paths(passphrase), '--kdf-memory-mib', '63']);
    expect(weak.error).toContain('kdf_below_floor');
    const open = join(directory.path, 'open-passphrase');
    await writeFile(open, 'x', { mode: 0o644 });
    expect((await run(paths(open))).error).toContain('0600');
  });
  test('--die-with-parent ends it when standard input closes', async () => {
    const own = await temporaryDirectory();
    const args = [
      ...[
        '--socket',
        join(own.path, 'r', 's.sock'),
        '--keystore',
        join(own.path, 'k'),
        '--passphrase-file',
        join(directory.path, 'passphrase'),
      ],
    ];
    const started = spawn(process.execPath, [SIGNER_MAIN, ...args, ...WEAKEST, '--die-with-parent'], { stdio: ['pipe', 'pipe', 'pipe'] });
    await new Promise((resolve) => started.stdout.once('data', resolve));
    process.kill(started.pid ?? 0, 'SIGUSR1');
    const exit = new Promise((resolve) => started.once('exit', resolve));
    let error = '';
    started.stderr.on('data', (chunk: Buffer) => {
      error += chunk.toString();
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    started.stdin.end();
    expect(await exit).toBe(0);
    expect(error, 'SIGUSR1 opens no debugger').not.toContain('Debugger');
    await own.remove();
  });
});
