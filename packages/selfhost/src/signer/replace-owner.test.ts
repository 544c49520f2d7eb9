import { Keypair } from '@solana/web3.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pinsOf, prepare, rotate, spendOf, statusOf } from '../../test/support/key-changes.ts';
import { addressOf, type Cast, withOwnerMessage } from '../../test/support/message-builder.ts';
import { boundsFor, destroyOrder, installOrder, replaceOrder, rotateOrder, signAs } from '../../test/support/owner-side.ts';
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

const [NEXT, RECOVERY, STRANGER] = [Keypair.generate(), Keypair.generate(), Keypair.generate()];
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let clock: ManualClock;
let signer: TestSigner;
let cast: Cast;
beforeEach(async () => {
  directory = await temporaryDirectory();
  clock = manualClock();
  signer = await openTestSigner(directory.path, clock);
  cast = await enrollWithBounds(signer);
  expect(await install(2, { recovery: addressOf(RECOVERY.publicKey) })).toBe('ok');
});
afterEach(async () => {
  await signer.signer.close();
  await directory.remove();
});
const restart = async (): Promise<void> => {
  await signer.signer.close();
  signer = await openTestSigner(directory.path, clock);
};
const install = (revision: number, change: object = {}, owner = OWNER_KEY): Promise<string> =>
  signer.code('install_bounds', { walletId: WALLET, ...installOrder(owner, cast, boundsFor(cast, { revision, ...change })) });
const replacing = (order: object): Promise<string> => signer.code('replace_owner', { walletId: WALLET, ...order });
const bounds = (revision = 3): ReturnType<typeof boundsFor> => boundsFor(cast, { revision });
const ownersCast = (): Cast => ({ ...cast, owner: NEXT.publicKey });

describe('another owner', () => {
  for (const [who, by] of [
    ['the old owner', OWNER_KEY],
    ['the recovery key', RECOVERY],
  ] as const)
    test(`by ${who} and the new one: from then on only the new one's word counts, also after a restart`, async () => {
      const order = replaceOrder(by, NEXT, cast, bounds());
      expect(await signer.ask('replace_owner', { walletId: WALLET, ...order })).toEqual({ ok: { revision: 3 } });
      for (let turn = 0; turn < 2; turn += 1) {
        expect(await replacing(order), 'the same again').toBe('ok');
        expect(await statusOf(signer)).toMatchObject({ owner: addressOf(NEXT.publicKey), policyRevision: 3, state: 'active' });
        expect(await install(4)).toBe('bad_owner_signature');
        expect(await install(4, {}, RECOVERY), 'the recovery key installs nothing').toBe('bad_owner_signature');
        expect(await signer.code('destroy_key', { walletId: WALLET, ...destroyOrder(OWNER_KEY, cast) })).toBe('bad_owner_signature');
        const old = withOwnerMessage(cast);
        const content = { walletId: WALLET, kind: 'with_owner', message: old };
        expect(await signer.code('sign', { ...content, ownerSignature: signAs(OWNER_KEY, old) })).toBe('bad_owner_signature');
        expect(await signer.code('sign', spendOf(cast, 1))).toBe('ok');
        await restart();
      }
      const message = withOwnerMessage(ownersCast());
      const content = { walletId: WALLET, kind: 'with_owner', message };
      expect(await signer.code('sign', { ...content, ownerSignature: signAs(NEXT, message) })).toBe('ok');
      expect(await install(4, {}, NEXT)).toBe('ok');
      expect(await replacing(order)).toBe('bad_owner_signature');
      await restart();
      expect(await signer.code('create_key', pinsOf(cast, NEXT))).toBe('ok');
      expect(await signer.code('create_key', pinsOf(cast))).toBe('wrong_wallet');
    });
  test('INVARIANT I6: both signatures, this wallet, network, revision, owner and bounds; once; in time', async () => {
    const good = replaceOrder(OWNER_KEY, NEXT, cast, bounds());
    const other = addressOf(STRANGER.publicKey);
    const cases: readonly [object, string][] = [
      [replaceOrder(STRANGER, NEXT, cast, bounds()), 'bad_owner_signature'],
      [{ ...good, newOwnerSignature: good.ownerSignature }, 'bad_owner_signature'],
      [{ ...good, ownerSignature: good.newOwnerSignature }, 'bad_owner_signature'],
      [{ ...good, newOwnerSignature: new Uint8Array(64) }, 'bad_owner_signature'],
      [replaceOrder(OWNER_KEY, STRANGER, cast, bounds(), { newOwner: addressOf(NEXT.publicKey) } as object), 'bad_owner_signature'],
      [replaceOrder(OWNER_KEY, NEXT, cast, bounds(), { oldOwner: other } as object), 'bad_statement'],
      [replaceOrder(OWNER_KEY, NEXT, cast, bounds(), { wallet: other }), 'wrong_wallet'],
      [replaceOrder(OWNER_KEY, NEXT, cast, bounds(), { network: other }), 'bad_statement'],
      [replaceOrder(OWNER_KEY, NEXT, cast, bounds(), { expiresAtMs: START_MS }), 'bad_statement'],
      [replaceOrder(OWNER_KEY, NEXT, cast, bounds(2)), 'stale_revision'],
      [replaceOrder(OWNER_KEY, NEXT, cast, bounds(4)), 'stale_revision'],
      [replaceOrder(OWNER_KEY, NEXT, cast, { ...bounds(), agent: other }), 'wrong_wallet'],
      [replaceOrder(OWNER_KEY, NEXT, cast, { ...bounds(), wallet: other }), 'wrong_wallet'],
      [replaceOrder(OWNER_KEY, OWNER_KEY, cast, bounds()), 'bad_statement'],
      [
        { ...good, bounds: replaceOrder(OWNER_KEY, NEXT, cast, boundsFor(cast, { revision: 3, feeCapLamports: 1n })).bounds },
        'bad_statement',
      ],
      [{ ...installOrder(OWNER_KEY, cast, bounds()), newOwnerSignature: good.newOwnerSignature }, 'bad_statement'],
      [{ ...rotateOrder(OWNER_KEY, cast, bounds()), newOwnerSignature: good.newOwnerSignature }, 'bad_statement'],
    ];
    for (const [order, code] of cases) expect(await replacing(order), JSON.stringify(order)).toBe(code);
    expect(
      await signer.code('install_bounds', {
        walletId: WALLET,
        statement: good.statement,
        ownerSignature: good.ownerSignature,
        bounds: good.bounds,
      }),
    ).toBe('bad_statement');
    expect(await statusOf(signer)).toMatchObject({ owner: addressOf(cast.owner), policyRevision: 2 });
    expect(await replacing(good)).toBe('ok');
  });
  test('the recovery key counts only while the installed bounds name it, and does nothing else', async () => {
    expect(await install(3, { recovery: null })).toBe('ok');
    expect(await replacing(replaceOrder(RECOVERY, NEXT, cast, bounds(4)))).toBe('bad_owner_signature');
    const fresh = boundsFor(cast, { revision: 4, recovery: addressOf(RECOVERY.publicKey) });
    expect(await replacing(replaceOrder(RECOVERY, NEXT, cast, fresh)), 'named only by the bounds to come').toBe('bad_owner_signature');
  });
  test('the recovery key itself may become the owner', async () => {
    expect(await replacing(replaceOrder(RECOVERY, RECOVERY, cast, bounds()))).toBe('ok');
    expect(await install(4, {}, RECOVERY)).toBe('ok');
  });
  test('a wallet without bounds, without a key, or not known', async () => {
    const other = 'wal_01KAQ00000000000000000000Z' as typeof WALLET;
    const second = await enroll(signer, other);
    const order = replaceOrder(OWNER_KEY, NEXT, second, boundsFor(second));
    expect(await signer.code('replace_owner', { walletId: other, ...order })).toBe('no_bounds');
    expect(await signer.code('replace_owner', { walletId: 'wal_01KAQ000000000000000000000', ...order })).toBe('unknown_wallet');
    await signer.code('destroy_key', { walletId: WALLET, ...destroyOrder(OWNER_KEY, cast) });
    expect(await replacing(replaceOrder(OWNER_KEY, NEXT, cast, bounds()))).toBe('unknown_wallet');
  });
  test('what was counted, suspended, used and prepared stays', async () => {
    expect(await signer.code('sign', spendOf(cast, 1_000_000))).toBe('ok');
    const prepared = await prepare(signer, cast);
    await signer.code('suspend', { walletId: WALLET });
    expect(await replacing(replaceOrder(OWNER_KEY, NEXT, cast, bounds()))).toBe('ok');
    for (let turn = 0; turn < 2; turn += 1) {
      expect(await statusOf(signer)).toMatchObject({ state: 'suspended', windows: [{ used: 1_000_000n }, { used: 1_000_000n }, {}, {}] });
      expect(addressOf((await prepare(signer, cast, NEXT)).agent)).toBe(addressOf(prepared.agent));
      await restart();
    }
    const old = rotateOrder(OWNER_KEY, cast, boundsFor(prepared, { revision: 4 }));
    expect(await signer.code('rotate_key', { walletId: WALLET, ...old })).toBe('bad_owner_signature');
    expect(addressOf((await rotate(signer, cast, 4, NEXT)).agent)).toBe(addressOf(prepared.agent));
  });
  test('two at once: one owner', async () => {
    const other = Keypair.generate();
    const codes = await Promise.all([
      replacing(replaceOrder(OWNER_KEY, NEXT, cast, bounds())),
      replacing(replaceOrder(OWNER_KEY, other, cast, bounds())),
    ]);
    expect(codes.sort()).toEqual(['bad_owner_signature', 'ok']);
  });
});
