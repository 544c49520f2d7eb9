import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resumeExpiryMs, wrapOffChainMessage } from '@countersign/core';
import { Keypair } from '@solana/web3.js';
import * as squads from '@sqds/multisig';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  addressOf,
  type Cast,
  compile,
  memo,
  spendInstruction,
  spendMessage,
  withOwnerMessage,
} from '../../test/support/message-builder.ts';
import { boundsFor, destroyOrder, installOrder, NETWORK, signAs, simpleOrder } from '../../test/support/owner-side.ts';
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
let unique = 0;
/** A spend of its own bytes: the memo differs. */
const spend = (amount: number): Record<string, unknown> => {
  unique += 1;
  const priced = spendInstruction(cast, { amount });
  return { walletId: WALLET, kind: 'spend', message: compile(cast.fee, [priced, memo(String(unique))]) };
};

describe('signing', () => {
  test('the signature is the agent key’s over these bytes; the receipt comes with it', async () => {
    const message = spendMessage(cast);
    const answer = await signer.ask('sign', { walletId: WALLET, kind: 'spend', message });
    if (!('ok' in answer)) throw new Error(answer.refused.rule);
    expect(verifySignature(answer.ok['signature'] as Uint8Array, message, cast.agent.toBytes())).toBe(true);
    expect((answer.ok['receipt'] as Uint8Array).length).toBeGreaterThan(100);
  });
  test('with the owner', async () => {
    const message = withOwnerMessage(cast);
    const content = { walletId: WALLET, kind: 'with_owner', message };
    expect(await signer.code('sign', { ...content, ownerSignature: signAs(OWNER_KEY, message) })).toBe('ok');
    expect(await signer.code('sign', { ...content, ownerSignature: new Uint8Array(64) })).toBe('bad_owner_signature');
    expect(await signer.code('sign', content)).toBe('malformed');
  });
  test('the same bytes again: the same answer, counted once, also after a restart', async () => {
    const content = spend(1_000_000);
    const first = await signer.ask('sign', content);
    expect(await signer.ask('sign', content)).toEqual(first);
    expect(await signer.code('sign', spend(1_000_000))).toBe('ok');
    await restart();
    expect(await signer.ask('sign', content)).toEqual(first);
    expect(await signer.code('sign', spend(1))).toBe('over_window_cap');
  });
  test('an unknown wallet, an unknown field, an unknown operation', async () => {
    expect(await signer.code('sign', { ...spend(1), walletId: 'wal_01KAQ00000000000000000000Z' })).toBe('unknown_wallet');
    expect(await signer.code('sign', { ...spend(1), extra: 1 })).toBe('malformed');
    expect(await signer.code('sign_anything', { message: new Uint8Array(3) })).toBe('malformed');
  });
});

describe('INVARIANT I4: the signer counts for itself', () => {
  test('window edge: what was signed exactly one period ago still counts', async () => {
    expect(await signer.code('sign', spend(1_000_000))).toBe('ok');
    expect(await signer.code('sign', spend(1_000_000))).toBe('ok');
    expect(await signer.code('sign', spend(1))).toBe('over_window_cap');
    clock.advance(60_000);
    expect(await signer.code('sign', spend(1))).toBe('over_window_cap');
    clock.advance(1);
    expect(await signer.code('sign', spend(1_000_000))).toBe('ok');
  });
  test('the longer window holds too, over many short ones', async () => {
    for (let count = 0; count < 5; count += 1) {
      expect(await signer.code('sign', spend(1_000_000))).toBe('ok');
      clock.advance(60_001);
    }
    expect(await signer.code('sign', spend(1))).toBe('over_window_cap');
  });
  test('many at once do not exceed the window together', async () => {
    const codes = await Promise.all(Array.from({ length: 29 }, () => signer.code('sign', spend(400_000))));
    expect(codes.filter((code) => code === 'ok')).toHaveLength(5);
  });
  test('signatures per minute', async () => {
    const codes = await Promise.all(Array.from({ length: 31 }, () => signer.code('sign', spend(1))));
    expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(1);
    clock.advance(60_001);
    expect(await signer.code('sign', spend(1))).toBe('ok');
  });
  test('receipts given back restore the counters of a signer that lost its log', async () => {
    const receipts: Uint8Array[] = [];
    for (const amount of [900_000, 700_000, 400_000]) {
      const answer = await signer.ask('sign', spend(amount));
      if ('ok' in answer) receipts.push(answer.ok['receipt'] as Uint8Array);
    }
    await signer.signer.close();
    await writeFile(join(directory.path, WALLET, 'receipts.log'), '', { mode: 0o600 });
    signer = await openTestSigner(directory.path, clock);
    const [first, second, third] = receipts;
    const backwards = { walletId: WALLET, receipts: [third, second] };
    const forged = Uint8Array.from(first ?? []);
    forged[40] = (forged[40] ?? 0) ^ 1;
    expect(await signer.code('restore_receipts', { walletId: WALLET, receipts: [forged] })).toBe('malformed');
    expect(await signer.ask('restore_receipts', backwards)).toEqual({ ok: { restored: 2 } });
    expect(await signer.ask('restore_receipts', { walletId: WALLET, receipts })).toEqual({ ok: { restored: 1 } });
    expect(await signer.ask('restore_receipts', { walletId: WALLET, receipts })).toEqual({ ok: { restored: 0 } });
    expect(await signer.code('sign', spend(1))).toBe('over_window_cap');
  });
  test('a record cut off by a crash is dropped; a changed one stops the start', async () => {
    await signer.code('sign', spend(5));
    await signer.code('sign', spend(6));
    await signer.signer.close();
    const path = join(directory.path, WALLET, 'receipts.log');
    const log = await readFile(path);
    await writeFile(path, log.subarray(0, log.length - 3));
    signer = await openTestSigner(directory.path, clock);
    await signer.signer.close();
    expect((await readFile(path)).length).toBeLessThan(log.length - 3);
    const changed = await readFile(path);
    changed[60] = (changed[60] ?? 0) ^ 1;
    await writeFile(path, changed);
    await expect(openTestSigner(directory.path, clock)).rejects.toThrow('receipts.log');
    await writeFile(path, '');
    signer = await openTestSigner(directory.path, clock);
  });
});

describe('INVARIANT I7: stopping and starting', () => {
  test('suspended: nothing is signed, also after a restart, until the owner resumes', async () => {
    expect(await signer.code('suspend', { walletId: WALLET })).toBe('ok');
    expect(await signer.code('sign', spend(1))).toBe('suspended');
    await restart();
    expect(await signer.code('sign', spend(1))).toBe('suspended');
    expect(
      await signer.code('resume', { walletId: WALLET, ...simpleOrder(OWNER_KEY, cast, 'unfreeze', resumeExpiryMs(clock.wallMs())) }),
    ).toBe('ok');
    expect(await signer.code('sign', spend(1))).toBe('ok');
  });
  test('suspension overtakes a signature in flight', async () => {
    const signing = signer.code('sign', spend(1));
    const suspending = signer.code('suspend', { walletId: WALLET });
    expect(await signing).toBe('suspended');
    expect(await suspending).toBe('ok');
  });
  test('a replayed statement does not resume again', async () => {
    const order = { walletId: WALLET, ...simpleOrder(OWNER_KEY, cast, 'resume-signer', resumeExpiryMs(clock.wallMs())) };
    await signer.code('suspend', { walletId: WALLET });
    expect(await signer.code('resume', order)).toBe('ok');
    expect(await signer.code('resume', order)).toBe('ok');
    await signer.code('suspend', { walletId: WALLET });
    expect(await signer.code('resume', order)).toBe('bad_statement');
    await restart();
    expect(await signer.code('resume', order)).toBe('bad_statement');
  });
  test('an expired statement, another action, a stranger, another wallet', async () => {
    await signer.code('suspend', { walletId: WALLET });
    const resume = (order: object): Promise<string> => signer.code('resume', { walletId: WALLET, ...order });
    expect(await resume(simpleOrder(OWNER_KEY, cast, 'unfreeze', START_MS))).toBe('bad_statement');
    expect(await resume(destroyOrder(OWNER_KEY, cast))).toBe('bad_statement');
    expect(await resume(simpleOrder(Keypair.generate(), cast, 'unfreeze', resumeExpiryMs(clock.wallMs())))).toBe('bad_owner_signature');
    expect(await resume(simpleOrder(OWNER_KEY, { ...cast, multisig: cast.agent }, 'unfreeze', resumeExpiryMs(clock.wallMs())))).toBe(
      'wrong_wallet',
    );
  });
});

describe('keys and bounds', () => {
  test('create_key: the same arguments give the same key, others are refused', async () => {
    expect((await enroll(signer)).agent.equals(cast.agent)).toBe(true);
    const same = { walletId: WALLET, ownerPublicKey: addressOf(cast.owner), multisig: addressOf(cast.multisig), network: NETWORK };
    expect(await signer.code('create_key', { ...same, ownerPublicKey: addressOf(cast.fee) })).toBe('wrong_wallet');
    expect(await signer.code('create_key', { ...same, multisig: addressOf(cast.fee) })).toBe('wrong_wallet');
    expect(await signer.code('create_key', { ...same, network: addressOf(cast.fee) })).toBe('wrong_wallet');
  });
  test('nothing is signed before bounds are installed', async () => {
    const other = 'wal_01KAQ00000000000000000000Z' as typeof WALLET;
    const second = await enroll(signer, other);
    expect(await signer.code('sign', { walletId: other, kind: 'spend', message: spendMessage(second) })).toBe('no_bounds');
  });
  test('install_bounds: the next revision only; the same again is the same; older or skipped is stale', async () => {
    const install = (revision: number, change = {}): ReturnType<typeof installOrder> =>
      installOrder(OWNER_KEY, cast, boundsFor(cast, { revision, ...change }));
    const send = (order: object): Promise<string> => signer.code('install_bounds', { walletId: WALLET, ...order });
    const second = install(2, { feeCapLamports: 5n });
    expect(await send(install(3))).toBe('stale_revision');
    expect(await send(second)).toBe('ok');
    expect(await send(second)).toBe('ok');
    expect(await send(install(2))).toBe('stale_revision');
    expect(await signer.code('sign', spend(1))).toBe('fee_too_high');
    await restart();
    expect(await send(install(1))).toBe('stale_revision');
    expect(await signer.code('sign', spend(1))).toBe('fee_too_high');
  });
  test('install_bounds: of another agent, network or wallet; over other bytes; expired; signed by a stranger; wrapped', async () => {
    const send = (order: object): Promise<string> => signer.code('install_bounds', { walletId: WALLET, ...order });
    const next = boundsFor(cast, { revision: 2 });
    expect(await send(installOrder(OWNER_KEY, cast, { ...next, agent: addressOf(cast.fee) }))).toBe('wrong_wallet');
    expect(await send(installOrder(OWNER_KEY, cast, { ...next, network: addressOf(cast.fee) }))).toBe('wrong_wallet');
    const good = installOrder(OWNER_KEY, cast, next);
    expect(await send({ ...good, bounds: Uint8Array.from([...good.bounds, 0]) })).toBe('bad_statement');
    expect(await send(installOrder(OWNER_KEY, cast, next, START_MS))).toBe('bad_statement');
    expect(await send(installOrder(Keypair.generate(), cast, next))).toBe('bad_owner_signature');
    expect(await send({ ...good, ownerSignature: signAs(OWNER_KEY, wrapOffChainMessage(good.statement)) })).toBe('ok');
  });
  test('a suspended state cannot be edited away', async () => {
    await signer.code('suspend', { walletId: WALLET });
    await signer.signer.close();
    const path = join(directory.path, WALLET, 'state.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(/"suspendedAtMs": [0-9]+/, '"suspendedAtMs": null'));
    await expect(openTestSigner(directory.path, clock)).rejects.toThrow('tampered');
    await writeFile(path, text);
    signer = await openTestSigner(directory.path, clock);
    expect(await signer.code('sign', spend(1))).toBe('suspended');
  });
  test('step_back signs a rejection and counts as a signature, not as money', async () => {
    const member = cast.agent;
    const reject = squads.instructions.proposalReject({ multisigPda: cast.multisig, transactionIndex: 4n, member });
    const content = { walletId: WALLET, message: compile(cast.fee, [reject]) };
    expect(await signer.code('sign', { ...content, kind: 'spend' })).toBe('unknown_shape');
    expect(await signer.code('sign', { ...content, kind: 'step_back' })).toBe('ok');
    expect(await signer.ask('status', { walletId: WALLET })).toMatchObject({ ok: { wallet: { seq: 1, signaturesLastMinute: 1 } } });
  });
  test('sign_fee: as fee payer, with rate limits of its own; hello and status', async () => {
    const pay = (): Promise<string> => signer.code('sign_fee', { walletId: WALLET, message: spendMessage(cast) });
    const codes = [await pay(), await pay(), await pay(), await pay(), await pay(), await pay()];
    expect(codes).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'rate_limited']);
    clock.advance(60_001);
    const rent = (): Promise<string> => signer.code('sign_fee', { walletId: WALLET, message: withOwnerMessage(cast) });
    expect([await rent(), await rent(), await rent()]).toEqual(['ok', 'ok', 'rate_limited']);
    const hello = await signer.ask('hello', {});
    expect(hello).toMatchObject({
      ok: { kind: 'selfhost', protocol: 1, wallets: [{ walletId: WALLET, policyRevision: 1, state: 'active' }] },
    });
    expect(await signer.ask('status', { walletId: WALLET })).toMatchObject({ ok: { wallet: { owner: addressOf(cast.owner), seq: 0 } } });
  });
});
