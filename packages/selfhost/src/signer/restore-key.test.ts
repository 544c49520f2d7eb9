import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resumeExpiryMs } from '@countersign/core';
import { Keypair } from '@solana/web3.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { prepare, rotate, spendOf, statusOf } from '../../test/support/key-changes.ts';
import { addressOf, type Cast } from '../../test/support/message-builder.ts';
import { boundsFor, destroyOrder, installOrder, replaceOrder, rotateOrder, simpleOrder } from '../../test/support/owner-side.ts';
import {
  enrollWithBounds,
  type ManualClock,
  manualClock,
  OWNER_KEY,
  openTestSigner,
  type TestSigner,
  temporaryDirectory,
  WALLET,
} from '../../test/support/test-signer.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let clock: ManualClock;
let signer: TestSigner;
let cast: Cast;
let backup: Uint8Array;
beforeEach(async () => {
  directory = await temporaryDirectory();
  clock = manualClock();
  signer = await openTestSigner(directory.path, clock);
  cast = await enrollWithBounds(signer);
  const answer = await signer.ask('read_backup', { walletId: WALLET });
  backup = 'ok' in answer ? (answer.ok['backup'] as Uint8Array) : new Uint8Array();
});
afterEach(async () => {
  await signer.signer.close();
  await directory.remove();
});
const folder = (): string => join(directory.path, WALLET);
const reopenAfter = async (work: () => Promise<void>): Promise<void> => {
  await signer.signer.close();
  await work();
  signer = await openTestSigner(directory.path, clock);
};
const resume = (): Promise<string> =>
  signer.code('resume', { walletId: WALLET, ...simpleOrder(OWNER_KEY, cast, 'unfreeze', resumeExpiryMs(clock.wallMs())) });
const installing = (order: object): Promise<string> => signer.code('install_bounds', { walletId: WALLET, ...order });

describe('a backup', () => {
  test('is agent.json as it lies on disk, of a wallet with a key', async () => {
    expect(Buffer.from(backup)).toEqual(await readFile(join(folder(), 'agent.json')));
    expect(await signer.code('read_backup', { walletId: 'wal_01KAQ00000000000000000000Z' })).toBe('unknown_wallet');
  });
  test('brings the same key back, suspended and without bounds; a changed, foreign or waiting one does not', async () => {
    await prepare(signer, cast);
    const waiting = await readFile(join(folder(), 'agent-next.json'));
    expect(await signer.code('restore_key', { backup })).toBe('wrong_wallet');
    await reopenAfter(() => rm(folder(), { recursive: true }));
    const changed = Uint8Array.from(backup);
    changed[changed.length - 10] = (changed[changed.length - 10] ?? 0) ^ 1;
    for (const bytes of [changed, waiting, backup.slice(0, -5), new Uint8Array(), Buffer.from('{"walletId":"wal_1"}')])
      expect(await signer.code('restore_key', { backup: Uint8Array.from(bytes) })).toBe('malformed');
    expect(await signer.ask('restore_key', { backup })).toEqual({ ok: { agentPublicKey: addressOf(cast.agent) } });
    for (let turn = 0; turn < 2; turn += 1) {
      expect(await signer.code('sign', spendOf(cast, 1))).toBe('suspended');
      await reopenAfter(async () => {});
    }
    expect(await resume()).toBe('ok');
    expect(await signer.code('sign', spendOf(cast, 1))).toBe('no_bounds');
  });
  test('of a wallet whose key was destroyed or is being replaced is not taken', async () => {
    await signer.code('destroy_key', { walletId: WALLET, ...destroyOrder(OWNER_KEY, cast) });
    expect(await signer.code('restore_key', { backup })).toBe('wrong_wallet');
    await signer.signer.close();
    await writeFile(join(folder(), 'agent.json'), backup, { mode: 0o600 });
    await expect(openTestSigner(directory.path, clock), 'put beside the tombstone').rejects.toThrow('tampered');
    await rm(join(folder(), 'agent.json'));
    signer = await openTestSigner(directory.path, clock);
  });
});

describe('INVARIANT I6: a host that deletes the state and restores a backup', () => {
  test('brings no bounds back that the owner signed before, for this key or another revision', async () => {
    const first = installOrder(OWNER_KEY, cast, boundsFor(cast, { revision: 2 }));
    expect(await installing(first)).toBe('ok');
    const unused = installOrder(OWNER_KEY, cast, boundsFor(cast, { revision: 3 }));
    await reopenAfter(() => rm(folder(), { recursive: true }));
    expect(await signer.code('restore_key', { backup })).toBe('ok');
    expect(await resume()).toBe('ok');
    for (let turn = 0; turn < 2; turn += 1) {
      for (const order of [first, unused, installOrder(OWNER_KEY, cast, boundsFor(cast))])
        expect(await installing(order)).toBe('no_bounds');
      expect(await signer.code('sign', spendOf(cast, 1))).toBe('no_bounds');
      await reopenAfter(async () => {});
    }
  });
  test('does not give an owner who was replaced the key that the chain knows', async () => {
    const next = Keypair.generate();
    const order = replaceOrder(OWNER_KEY, next, cast, boundsFor(cast, { revision: 2 }));
    expect(await signer.code('replace_owner', { walletId: WALLET, ...order })).toBe('ok');
    await reopenAfter(() => rm(folder(), { recursive: true }));
    expect(await signer.code('restore_key', { backup })).toBe('ok');
    expect(await resume()).toBe('ok');
    expect(await installing(installOrder(OWNER_KEY, cast, boundsFor(cast)))).toBe('no_bounds');
    expect(await signer.code('replace_owner', { walletId: WALLET, ...order })).toBe('no_bounds');
    const prepared = await prepare(signer, cast);
    expect(await signer.code('rotate_key', { walletId: WALLET, ...rotateOrder(OWNER_KEY, cast, boundsFor(prepared)) })).toBe('ok');
    expect(await signer.code('sign', spendOf(cast, 1)), 'the key that the chain knows is gone').toBe('unknown_shape');
  });
  test('an old copy of the state alone, of this key or the one before', async () => {
    const old = join(directory.path, 'old');
    await cp(folder(), old, { recursive: true });
    const next = await rotate(signer, cast, 2);
    await signer.signer.close();
    const now = join(directory.path, 'now');
    await cp(folder(), now, { recursive: true });
    for (const file of ['state.json', 'agent.json', 'receipts.log']) {
      await cp(join(old, file), join(folder(), file));
      if (file === 'receipts.log') continue; // Empty here: hiding receipts is always possible.
      await expect(openTestSigner(directory.path, clock), file).rejects.toThrow('tampered');
      await cp(join(now, file), join(folder(), file));
    }
    signer = await openTestSigner(directory.path, clock);
    expect(await signer.code('sign', spendOf(next, 1))).toBe('ok');
  });
});

describe('from there on', () => {
  test('a rotation to a new key brings bounds of any revision; what the restored key signed counts', async () => {
    const answer = await signer.ask('sign', spendOf(cast, 1_000_000));
    const receipts = 'ok' in answer ? [answer.ok['receipt']] : [];
    expect(await signer.code('sign', spendOf(cast, 1_000_000))).toBe('ok');
    await reopenAfter(() => rm(folder(), { recursive: true }));
    expect(await signer.code('restore_key', { backup })).toBe('ok');
    expect(await signer.code('restore_receipts', { walletId: WALLET, receipts })).toBe('ok');
    const next = await rotate(signer, { ...cast, agent: Keypair.generate().publicKey }, 7);
    expect(await signer.code('sign', spendOf(next, 1))).toBe('suspended');
    expect(await resume()).toBe('ok');
    expect(await signer.code('sign', spendOf(next, 1_000_001))).toBe('over_transaction_cap');
    expect(await signer.code('sign', spendOf(next, 1_000_000))).toBe('ok');
    expect(await signer.code('sign', spendOf(next, 1))).toBe('over_window_cap');
    expect(await statusOf(signer)).toMatchObject({ policyRevision: 7 });
    expect(await installing(installOrder(OWNER_KEY, next, boundsFor(next, { revision: 8 })))).toBe('ok');
  });
  test('the owner may destroy it', async () => {
    await reopenAfter(() => rm(folder(), { recursive: true }));
    expect(await signer.code('restore_key', { backup })).toBe('ok');
    expect(await signer.code('destroy_key', { walletId: WALLET, ...destroyOrder(OWNER_KEY, cast) })).toBe('ok');
  });
  test('a log that another key left in the folder does not keep it from coming back', async () => {
    await signer.code('sign', spendOf(cast, 5));
    await rotate(signer, cast, 2);
    await reopenAfter(async () => {
      await rm(join(folder(), 'agent.json'));
      await rm(join(folder(), 'state.json'));
    });
    expect(await signer.code('restore_key', { backup })).toBe('ok');
    await reopenAfter(async () => {});
    expect(await signer.code('sign', spendOf(cast, 1))).toBe('suspended');
  });
});
