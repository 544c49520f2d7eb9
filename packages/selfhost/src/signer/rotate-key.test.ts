import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resumeExpiryMs } from '@countersign/core';
import { Keypair } from '@solana/web3.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pinsOf, prepare, rotate, spendOf, statusOf } from '../../test/support/key-changes.ts';
import { addressOf, type Cast } from '../../test/support/message-builder.ts';
import { boundsFor, destroyOrder, installOrder, NETWORK, rotateOrder, simpleOrder } from '../../test/support/owner-side.ts';
import {
  enroll,
  enrollWithBounds,
  type ManualClock,
  manualClock,
  OWNER_KEY,
  openTestSigner,
  START_MS,
  type TestSigner,
  temporaryDirectory,
  WALLET,
} from '../../test/support/test-signer.ts';
import { verifySignature } from '../keystore/signing-key.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let clock: ManualClock;
let signer: TestSigner;
let cast: Cast;
beforeEach(async () => {
  directory = await temporaryDirectory();
  clock = manualClock();
  signer = await openTestSigner(directory.path, clock);
  cast = await enrollWithBounds(signer);
});
afterEach(async () => {
  await signer.signer.close();
  await directory.remove();
});
const restart = async (): Promise<void> => {
  await signer.signer.close();
  signer = await openTestSigner(directory.path, clock);
};
const files = async (): Promise<readonly string[]> => (await readdir(join(directory.path, WALLET))).sort();
const rotating = (order: object): Promise<string> => signer.code('rotate_key', { walletId: WALLET, ...order });
const stranger = Keypair.generate();

describe('a prepared key', () => {
  test('is the same until it took its place, also after a restart, and signs nothing', async () => {
    const next = await prepare(signer, cast);
    expect(addressOf((await prepare(signer, cast)).agent)).toBe(addressOf(next.agent));
    await restart();
    expect(addressOf((await prepare(signer, cast)).agent)).toBe(addressOf(next.agent));
    expect(addressOf(next.agent)).not.toBe(addressOf(cast.agent));
    expect(await signer.code('sign', spendOf(next, 1))).toBe('unknown_shape');
    expect(await signer.code('sign', spendOf(cast, 1))).toBe('ok');
    await rotate(signer, cast, 2);
    expect(addressOf((await prepare(signer, cast)).agent)).not.toBe(addressOf(next.agent));
  });
  test('another owner, multisig or network than the pinned one', async () => {
    for (const field of ['ownerPublicKey', 'multisig', 'network'])
      expect(await signer.code('prepare_key', { ...pinsOf(cast), [field]: addressOf(stranger.publicKey) })).toBe('wrong_wallet');
    expect(await files()).not.toContain('agent-next.json');
  });
});

describe('rotation', () => {
  test('the new key signs under the new bounds, the old one is wiped and its file gone; the same bytes again are answered alike', async () => {
    const before = await readFile(join(directory.path, WALLET, 'agent.json'), 'utf8');
    const next = await prepare(signer, cast);
    const order = rotateOrder(OWNER_KEY, cast, boundsFor(next, { revision: 2 }));
    const answer = { ok: { revision: 2, agentPublicKey: addressOf(next.agent) } };
    expect(await signer.ask('rotate_key', { walletId: WALLET, ...order })).toEqual(answer);
    expect(await signer.ask('rotate_key', { walletId: WALLET, ...order })).toEqual(answer);
    expect(await signer.code('sign', spendOf(cast, 1))).toBe('unknown_shape');
    const content = spendOf(next, 1);
    const signature = await signer.ask('sign', content);
    expect(
      'ok' in signature && verifySignature(signature.ok['signature'] as Uint8Array, content['message'] as Uint8Array, next.agent.toBytes()),
    ).toBe(true);
    await restart();
    expect(await signer.ask('rotate_key', { walletId: WALLET, ...order })).toEqual(answer);
    expect(await statusOf(signer)).toMatchObject({ agentPublicKey: addressOf(next.agent), policyRevision: 2, seq: 1 });
    expect(await files()).toEqual(['agent.json', 'receipts.log', 'state.json']);
    expect(await readFile(join(directory.path, WALLET, 'agent.json'), 'utf8')).not.toBe(before);
    // The next revision goes on from there, and the way back is closed.
    expect(
      await signer.code('install_bounds', { walletId: WALLET, ...installOrder(OWNER_KEY, next, boundsFor(next, { revision: 3 })) }),
    ).toBe('ok');
    expect(await rotating(order)).not.toBe('ok');
    expect(
      await signer.code('install_bounds', { walletId: WALLET, ...installOrder(OWNER_KEY, cast, boundsFor(cast, { revision: 4 })) }),
    ).toBe('wrong_wallet');
  });
  test('INVARIANT I6: only the owner, for this wallet, network, revision, old key and prepared key; once; in time', async () => {
    const next = await prepare(signer, cast);
    const bounds = boundsFor(next, { revision: 2 });
    const good = rotateOrder(OWNER_KEY, cast, bounds);
    const other = addressOf(stranger.publicKey);
    const cases: readonly [object, string][] = [
      [rotateOrder(stranger, cast, bounds), 'bad_owner_signature'],
      [rotateOrder(OWNER_KEY, cast, bounds, { wallet: other }), 'wrong_wallet'],
      [rotateOrder(OWNER_KEY, cast, bounds, { network: other }), 'bad_statement'],
      [rotateOrder(OWNER_KEY, cast, bounds, { expiresAtMs: START_MS }), 'bad_statement'],
      [rotateOrder(OWNER_KEY, cast, boundsFor(next, { revision: 3 })), 'stale_revision'],
      [rotateOrder(OWNER_KEY, cast, boundsFor(next, { revision: 1 })), 'stale_revision'],
      [rotateOrder(OWNER_KEY, cast, bounds, { revision: 3 } as object), 'bad_statement'],
      [rotateOrder(OWNER_KEY, next, bounds), 'bad_statement'],
      [rotateOrder(OWNER_KEY, cast, { ...bounds, agent: other }), 'bad_statement'],
      [rotateOrder(OWNER_KEY, cast, bounds, { newAgent: other } as object), 'wrong_wallet'],
      [rotateOrder(OWNER_KEY, cast, boundsFor(cast, { revision: 2 }), { newAgent: addressOf(next.agent) } as object), 'wrong_wallet'],
      [{ ...good, bounds: rotateOrder(OWNER_KEY, cast, boundsFor(next, { revision: 2, feeCapLamports: 1n })).bounds }, 'bad_statement'],
      [{ ...installOrder(OWNER_KEY, cast, bounds) }, 'bad_statement'],
      [rotateOrder(OWNER_KEY, cast, { ...bounds, recovery: addressOf(next.agent) }), 'malformed'],
      [rotateOrder(OWNER_KEY, cast, { ...bounds, recovery: addressOf(cast.fee) }), 'malformed'],
    ];
    for (const [order, code] of cases) expect(await rotating(order), JSON.stringify(order)).toBe(code);
    expect(await signer.code('install_bounds', { walletId: WALLET, ...good })).toBe('bad_statement');
    expect(await statusOf(signer)).toMatchObject({ agentPublicKey: addressOf(cast.agent), policyRevision: 1 });
    expect(await rotating(good)).toBe('ok');
    expect(await rotating(rotateOrder(OWNER_KEY, next, boundsFor(next, { revision: 3 }))), 'nothing was prepared').toBe('bad_statement');
  });
  test('of a wallet whose owner prepared nothing, or that is not known', async () => {
    const order = rotateOrder(OWNER_KEY, cast, boundsFor({ ...cast, agent: stranger.publicKey }, { revision: 2 }));
    expect(await rotating(order)).toBe('bad_statement');
    expect(await signer.code('rotate_key', { ...order, walletId: 'wal_01KAQ00000000000000000000Z' })).toBe('unknown_wallet');
  });
  test('INVARIANT I7: a suspended wallet stays suspended; nonces that were used stay used', async () => {
    const resume = { walletId: WALLET, ...simpleOrder(OWNER_KEY, cast, 'unfreeze', resumeExpiryMs(clock.wallMs())) };
    await signer.code('suspend', { walletId: WALLET });
    expect(await signer.code('resume', resume)).toBe('ok');
    await signer.code('suspend', { walletId: WALLET });
    const next = await rotate(signer, cast, 2);
    for (let turn = 0; turn < 2; turn += 1) {
      expect(await signer.code('sign', spendOf(next, 1))).toBe('suspended');
      expect(await signer.code('resume', resume)).toBe('bad_statement');
      await restart();
    }
  });
  test('a suspension that comes while the keys change is there afterwards', async () => {
    const next = await prepare(signer, cast);
    const change = rotating(rotateOrder(OWNER_KEY, cast, boundsFor(next, { revision: 2 })));
    const stop = signer.code('suspend', { walletId: WALLET });
    expect([await change, await stop]).toEqual(['ok', 'ok']);
    expect(await signer.code('sign', spendOf(next, 1))).toBe('suspended');
    await restart();
    expect(await signer.code('sign', spendOf(next, 1))).toBe('suspended');
  });
});

describe('INVARIANT I4: a rotation resets no window', () => {
  test('what the old key paid counts for the new one, to the millisecond, also after a restart and a second rotation', async () => {
    expect(await signer.code('sign', spendOf(cast, 1_000_000))).toBe('ok');
    clock.advance(1_000);
    expect(await signer.code('sign', spendOf(cast, 900_000))).toBe('ok');
    let agent = await rotate(signer, cast, 2);
    for (const again of [3, 4]) {
      expect(await signer.code('sign', spendOf(agent, 100_001))).toBe('over_window_cap');
      await restart();
      expect(await signer.code('sign', spendOf(agent, 100_001))).toBe('over_window_cap');
      agent = await rotate(signer, agent, again);
    }
    clock.advance(59_000);
    expect(await signer.code('sign', spendOf(agent, 100_001)), 'exactly one period later').toBe('over_window_cap');
    clock.advance(1);
    expect(await signer.code('sign', spendOf(agent, 100_001))).toBe('ok');
    expect(await statusOf(signer)).toMatchObject({ windows: [{ used: 1_000_001n }, { used: 2_000_001n }, { used: 0n }, { used: 0n }] });
  });
  test('signatures per minute go on counting', async () => {
    for (let count = 0; count < 30; count += 1) expect(await signer.code('sign', spendOf(cast, 1))).toBe('ok');
    const next = await rotate(signer, cast, 2);
    expect(await signer.code('sign', spendOf(next, 1))).toBe('rate_limited');
    await restart();
    expect(await signer.code('sign', spendOf(next, 1))).toBe('rate_limited');
    clock.advance(60_001);
    expect(await signer.code('sign', spendOf(next, 1))).toBe('ok');
  });
  test('signatures in flight while the keys change: each is counted by the new key, or was not given', async () => {
    const next = await prepare(signer, cast);
    const order = rotateOrder(OWNER_KEY, cast, boundsFor(next, { revision: 2 }));
    const codes: Promise<string>[] = [];
    for (let count = 0; count < 3; count += 1) codes.push(signer.code('sign', spendOf(cast, 100_000)));
    const change = rotating(order);
    for (let count = 0; count < 12; count += 1) {
      codes.push(signer.code('sign', spendOf(count % 2 === 0 ? cast : next, 100_000)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const outcomes = await Promise.all(codes);
    expect(await change).toBe('ok');
    const given = outcomes.filter((code) => code === 'ok').length;
    expect(new Set(outcomes)).toEqual(new Set([...new Set(outcomes)].filter((code) => ['ok', 'locked', 'unknown_shape'].includes(code))));
    const [minute] = (await statusOf(signer)).windows;
    expect(minute?.used).toBeGreaterThanOrEqual(BigInt(given * 100_000));
    await restart();
    expect((await statusOf(signer)).windows[0]?.used).toBe(minute?.used);
  });
  test('receipts of the old key mean nothing to the new one', async () => {
    const answer = await signer.ask('sign', spendOf(cast, 5));
    const receipt = 'ok' in answer ? answer.ok['receipt'] : null;
    await rotate(signer, cast, 2);
    expect(await signer.code('restore_receipts', { walletId: WALLET, receipts: [receipt] })).toBe('malformed');
  });
  test('nor does destroying the key and giving the wallet another', async () => {
    expect(await signer.code('sign', spendOf(cast, 1_000_000))).toBe('ok');
    expect(await signer.code('sign', spendOf(cast, 1_000_000))).toBe('ok');
    expect(await signer.code('destroy_key', { walletId: WALLET, ...destroyOrder(OWNER_KEY, cast) })).toBe('ok');
    await restart();
    const next = await rotate(signer, cast, 2);
    expect(await signer.code('sign', spendOf(next, 1))).toBe('over_window_cap');
    clock.advance(60_001);
    expect(await signer.code('sign', spendOf(next, 1_000_000))).toBe('ok');
  });
});

describe('a destroyed key', () => {
  test('signs nothing, is not made again, and gives its place only to a prepared key by a rotation', async () => {
    await prepare(signer, cast);
    const order = { walletId: WALLET, ...destroyOrder(OWNER_KEY, cast) };
    expect(await signer.code('destroy_key', { walletId: WALLET, ...destroyOrder(OWNER_KEY, cast, addressOf(stranger.publicKey)) })).toBe(
      'bad_statement',
    );
    expect(await signer.code('destroy_key', { walletId: WALLET, ...destroyOrder(stranger, cast) })).toBe('bad_owner_signature');
    expect(await signer.code('destroy_key', order)).toBe('ok');
    expect(await signer.code('destroy_key', order), 'the same again').toBe('ok');
    expect(await signer.code('destroy_key', { walletId: WALLET, ...destroyOrder(OWNER_KEY, cast) })).toBe('unknown_wallet');
    for (let turn = 0; turn < 2; turn += 1) {
      expect(await signer.code('sign', spendOf(cast, 1))).toBe('unknown_wallet');
      expect(await signer.code('read_backup', { walletId: WALLET })).toBe('unknown_wallet');
      await expect(enroll(signer)).rejects.toThrow('destroyed');
      expect(
        await signer.code('install_bounds', { walletId: WALLET, ...installOrder(OWNER_KEY, cast, boundsFor(cast, { revision: 2 })) }),
      ).toBe('unknown_wallet');
      expect(await files()).toEqual(['receipts.log', 'vacant.json']);
      await restart();
      expect(await signer.code('destroy_key', order), 'the same again').toBe('ok');
    }
    const next = await prepare(signer, cast);
    expect(await rotating(rotateOrder(OWNER_KEY, cast, boundsFor(next, { revision: 1 })))).toBe('stale_revision');
    expect(await rotating(rotateOrder(OWNER_KEY, cast, boundsFor(next, { revision: 5 })))).toBe('ok');
    expect(await signer.code('sign', spendOf(next, 1))).toBe('ok');
    expect(await signer.code('destroy_key', order), 'played back against the new key').toBe('bad_statement');
    await restart();
    expect(await signer.code('destroy_key', order), 'played back against the new key').toBe('bad_statement');
    expect(await files()).toEqual(['agent.json', 'receipts.log', 'state.json']);
  });
  test('INVARIANT I7: suspended before, suspended with its next key; one without a key can be stopped', async () => {
    await signer.code('destroy_key', { walletId: WALLET, ...destroyOrder(OWNER_KEY, cast) });
    expect(await signer.code('suspend', { walletId: WALLET })).toBe('ok');
    await restart();
    const next = await rotate(signer, cast, 2);
    expect(await signer.code('sign', spendOf(next, 1))).toBe('suspended');
  });
});

describe('a wallet that the keystore does not know', () => {
  const LOST = 'wal_01KAQ00000000000000000000Z' as typeof WALLET;
  const pins = (): Record<string, unknown> => ({ ...pinsOf(cast), walletId: LOST });
  test('gets a key by preparing and the owner’s statement over it, whatever the old one was', async () => {
    const prepared = await signer.ask('prepare_key', pins());
    if ('refused' in prepared) throw new Error(prepared.refused.rule);
    const next = { ...cast, agent: new (await import('@solana/web3.js')).PublicKey(prepared.ok['agentPublicKey'] as string) };
    const spend = (): Record<string, unknown> => ({ ...spendOf(next, 1), walletId: LOST });
    for (let turn = 0; turn < 2; turn += 1) {
      expect(await signer.code('sign', spend())).toBe('unknown_wallet');
      expect(await signer.code('create_key', pins())).toBe('wrong_wallet');
      const early = installOrder(OWNER_KEY, next, boundsFor(next));
      expect(await signer.code('install_bounds', { walletId: LOST, ...early })).toBe('unknown_wallet');
      expect(await signer.ask('prepare_key', pins())).toEqual(prepared);
      const hello = await signer.ask('hello', {});
      expect('ok' in hello && hello.ok['wallets']).toContainEqual({
        walletId: LOST,
        agentPublicKey: '',
        policyRevision: 0,
        state: 'no_key',
      });
      await restart();
    }
    const order = rotateOrder(OWNER_KEY, { ...cast, agent: stranger.publicKey }, boundsFor(next, { revision: 41 }));
    expect(await signer.code('rotate_key', { walletId: LOST, ...order })).toBe('ok');
    expect(await signer.code('sign', spend())).toBe('ok');
    expect(await signer.code('create_key', pins()), 'it has a key now').toBe('ok');
  });
  test('is paid for by the fee account while it has none', async () => {
    await signer.code('prepare_key', pins());
    const message = spendOf(cast, 1)['message'];
    expect(await signer.code('sign_fee', { walletId: LOST, message })).toBe('ok');
    expect(NETWORK).toBe(pins()['network']);
  });
});
