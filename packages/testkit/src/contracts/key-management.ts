import { encodeBounds, type IKeyManagementService, verifyEd25519 } from '@countersign/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestKey } from '../test-key.ts';
import { describeKeptBytes } from './kept-bytes.ts';
import { describeKeyChanges } from './key-changes.ts';
import { describeKeyOutages } from './key-outages.ts';
import { type ContractWallet, createKeyWorld, type KeyManagementSubject, refused } from './key-world.ts';
import { errorOf, must } from './must.ts';
import { installOrder, unfreezeOrder } from './owner-orders.ts';

/** What every `IKeyManagementService` does. The cases share one subject and have a wallet each. */
export function describeKeyManagementContract(name: string, open: () => Promise<KeyManagementSubject>): void {
  describe(`IKeyManagementService: ${name}`, () => {
    let subject: KeyManagementSubject;
    let keys: IKeyManagementService;
    beforeAll(async () => {
      subject = await open();
      keys = subject.keys;
    });
    afterAll(() => subject.close());
    const world = createKeyWorld(() => subject);
    const { newId, pinOf, enroll, bounds, enrollWithBounds, spend, withOwner, state } = world;
    const installing = async (wallet: ContractWallet, order: ReturnType<typeof installOrder>) =>
      errorOf(await keys.installBounds({ walletId: wallet.walletId, ...order }));

    test('the fee account is always the same, the create key for the same wallet id', async () => {
      expect(must(await keys.getFeeAccount())).toBe(must(await keys.getFeeAccount()));
      const [one, other] = [newId(), newId()];
      const createKey = must(await keys.getCreateKey(one));
      expect(must(await keys.getCreateKey(one))).toBe(createKey);
      expect(must(await keys.getCreateKey(other))).not.toBe(createKey);
    });

    test('making the agent key again changes nothing; another owner, multisig or network is refused', async () => {
      const pin = await pinOf(newId());
      const { agent } = must(await keys.initializeAgentKey(pin));
      expect(must(await keys.initializeAgentKey(pin))).toEqual({ agent });
      const stranger = createTestKey().address;
      for (const change of [{ owner: stranger }, { multisig: stranger }, { network: stranger }])
        expect(errorOf(await keys.initializeAgentKey({ ...pin, ...change }))).toMatchObject(refused('wrong_wallet'));
      expect(must(await keys.getAgentPublicKey(pin.walletId))).toBe(agent);
      expect(must(await keys.initializeAgentKey(await pinOf(newId())))).not.toEqual({ agent });
    });

    test('INVARIANT I1: nothing is signed before bounds are installed', async () => {
      const wallet = await enroll();
      expect(errorOf(await spend(wallet.walletId, await subject.makeSpendMessage(wallet)))).toMatchObject(refused('no_bounds'));
      const message = await subject.makeOwnerMessage(wallet);
      expect(errorOf(await withOwner(wallet.walletId, message, subject.owner.sign(message)))).toMatchObject(refused('no_bounds'));
    });

    test("INVARIANT I6: bounds need the owner's signature, their own hash, this wallet and a statement that still holds", async () => {
      const wallet = await enroll();
      const first = await bounds(wallet);
      const { owner } = subject;
      expect(await installing(wallet, installOrder(createTestKey(), first))).toMatchObject(refused('bad_owner_signature'));
      const otherHash = installOrder(owner, first, { boundsSha256: 'b'.repeat(64) });
      expect(await installing(wallet, otherHash)).toMatchObject(refused('bad_statement'));
      const swapped = { ...installOrder(owner, first), bounds: encodeBounds({ ...first, feeCapLamports: first.feeCapLamports + 1n }) };
      expect(await installing(wallet, swapped)).toMatchObject(refused('bad_statement'));
      expect(await installing(wallet, installOrder(owner, first, { revision: 2 }))).toMatchObject(refused('bad_statement'));
      expect(await installing(wallet, installOrder(owner, first, { lifetimeMs: -60_000 }))).toMatchObject(refused('bad_statement'));
      const otherAgent = installOrder(owner, { ...first, agent: createTestKey().address });
      expect(await installing(wallet, otherAgent)).toMatchObject(refused('wrong_wallet'));
      const otherWallet = installOrder(owner, { ...first, wallet: (await enroll()).multisig });
      expect(await installing(wallet, otherWallet)).toMatchObject(refused('wrong_wallet'));
      const unfreeze = { ...unfreezeOrder(owner, first), bounds: encodeBounds(first) };
      expect(await installing(wallet, unfreeze)).toMatchObject(refused('bad_statement'));
      expect(await state(wallet)).toMatchObject({ state: 'no_bounds', policyRevision: 0 });
    });

    test('bounds come one revision after the other; the same bytes again are answered alike', async () => {
      const wallet = await enroll();
      const { walletId } = wallet;
      const order = async (revision: number) => installOrder(subject.owner, await bounds(wallet, { revision }));
      const [first, second] = [await order(1), await order(2)];
      expect(await installing(wallet, second)).toMatchObject(refused('stale_revision'));
      expect(must(await keys.installBounds({ walletId, ...first }))).toEqual({ revision: 1 });
      expect(must(await keys.installBounds({ walletId, ...first }))).toEqual({ revision: 1 });
      expect(await installing(wallet, await order(3))).toMatchObject(refused('stale_revision'));
      expect(must(await keys.installBounds({ walletId, ...second }))).toEqual({ revision: 2 });
      expect(await installing(wallet, first), 'no way back').toMatchObject({ code: 'signer_refused' });
      expect(await state(wallet)).toMatchObject({ policyRevision: 2 });
    });

    test("a spend gets the agent's signature over exactly the message; the same bytes the same one", async () => {
      const wallet = await enrollWithBounds();
      const [message, other] = [await subject.makeSpendMessage(wallet), await subject.makeSpendMessage(wallet)];
      const { signature, receipt } = must(await spend(wallet.walletId, message));
      expect(verifyEd25519(wallet.agent, message, signature)).toBe(true);
      expect(verifyEd25519(wallet.agent, other, signature)).toBe(false);
      expect(Buffer.compare(must(await spend(wallet.walletId, message)).signature, signature)).toBe(0);
      must(await keys.restoreReceipts(wallet.walletId, [receipt]));
    });

    test('INVARIANT I1: what is not a payment of this wallet is not signed', async () => {
      const [wallet, other] = [await enrollWithBounds(), await enrollWithBounds()];
      const foreign = await subject.makeSpendMessage(other);
      const needsOwner = await subject.makeOwnerMessage(wallet);
      const creation = await subject.makeCreationMessage(wallet);
      for (const message of [foreign, needsOwner, creation, Uint8Array.of(1, 2, 3), new Uint8Array(200)])
        expect(errorOf(await spend(wallet.walletId, message))).toMatchObject({ code: 'signer_refused' });
      for (const message of [foreign, creation, new Uint8Array(200)])
        expect(errorOf(await withOwner(wallet.walletId, message, subject.owner.sign(message)))).toMatchObject({ code: 'signer_refused' });
    });

    test("with_owner needs the owner's signature over the same bytes", async () => {
      const wallet = await enrollWithBounds();
      const [message, other] = [await subject.makeOwnerMessage(wallet), await subject.makeOwnerMessage(wallet)];
      for (const wrong of [createTestKey().sign(message), subject.owner.sign(other), new Uint8Array(64)])
        expect(errorOf(await withOwner(wallet.walletId, message, wrong))).toMatchObject(refused('bad_owner_signature'));
      const { signature } = must(await withOwner(wallet.walletId, message, subject.owner.sign(message)));
      expect(verifyEd25519(wallet.agent, message, signature)).toBe(true);
    });

    test('the fee account signs what it pays for, and the create key where the message needs it', async () => {
      const wallet = await enroll();
      const { walletId, feeAccount, createKey } = wallet;
      for (const [message, signers] of [
        [await subject.makeSpendMessage(wallet), [feeAccount]],
        [await subject.makeOwnerMessage(wallet), [feeAccount]],
        [await subject.makeCreationMessage(wallet), [feeAccount, createKey]],
      ] as const) {
        const signatures = must(await keys.signWithFeeKey({ walletId, message }));
        expect(signatures.map(({ signer }) => signer)).toEqual(signers);
        for (const { signer, signature } of signatures) expect(verifyEd25519(signer, message, signature)).toBe(true);
      }
      const foreign = await subject.makeSpendMessage(await enroll());
      for (const message of [foreign, new Uint8Array(200)])
        expect(errorOf(await keys.signWithFeeKey({ walletId, message }))).toMatchObject({ code: 'signer_refused' });
    });

    test('INVARIANT I7: suspension stops at once; only an unused statement of the owner ends it', async () => {
      const wallet = await enrollWithBounds();
      const { walletId } = wallet;
      const where = { network: subject.network, wallet: wallet.multisig };
      const message = await subject.makeSpendMessage(wallet);
      const ownerMessage = await subject.makeOwnerMessage(wallet);
      must(await spend(walletId, message));
      const stopped = async (): Promise<void> => {
        expect(errorOf(await spend(walletId, message)), 'even bytes signed before').toMatchObject(refused('suspended'));
        const consent = subject.owner.sign(ownerMessage);
        expect(errorOf(await withOwner(walletId, ownerMessage, consent))).toMatchObject(refused('suspended'));
        expect(await state(wallet)).toMatchObject({ state: 'suspended' });
      };
      must(await keys.suspendAgentKey(walletId));
      must(await keys.suspendAgentKey(walletId));
      await stopped();
      const resuming = async (order: ReturnType<typeof unfreezeOrder>) => errorOf(await keys.resumeAgentKey({ walletId, ...order }));
      expect(await resuming(unfreezeOrder(createTestKey(), where))).toMatchObject(refused('bad_owner_signature'));
      expect(await resuming(unfreezeOrder(subject.owner, where, 3_600_000))).toMatchObject(refused('bad_statement'));
      const elsewhere = { ...where, wallet: (await enroll()).multisig };
      expect(await resuming(unfreezeOrder(subject.owner, elsewhere))).toMatchObject(refused('wrong_wallet'));
      const { bounds: _, ...install } = installOrder(subject.owner, await bounds(wallet, { revision: 2 }));
      expect(await resuming(install)).toMatchObject(refused('bad_statement'));
      await stopped();
      // INVARIANT I7: signed before the freeze and kept back.
      expect(await resuming(unfreezeOrder(subject.owner, where, 60_000))).toMatchObject(refused('bad_statement'));
      expect(await resuming(unfreezeOrder(subject.owner, where, -60_000))).toMatchObject(refused('bad_statement'));
      const order = unfreezeOrder(subject.owner, where);
      expect(await resuming(order)).toBeNull();
      expect(await resuming(order), 'repeated while active').toBeNull();
      must(await spend(walletId, message));
      must(await keys.suspendAgentKey(walletId));
      expect(await resuming(order), 'used once').toMatchObject(refused('bad_statement'));
      await stopped();
      expect(await resuming(unfreezeOrder(subject.owner, where))).toBeNull();
      must(await spend(walletId, message));
    });

    describeKeyChanges(world);
    describeKeptBytes(world);
    describeKeyOutages(world);
  });
}
