import { verifyEd25519 } from '@countersign/core';
import { describe, expect, test } from 'vitest';
import { createTestKey } from '../test-key.ts';
import { type ContractWallet, type KeyWorld, refused } from './key-world.ts';
import { errorOf, must } from './must.ts';
import { destroyOrder, installOrder, replaceOrder, rotateOrder, unfreezeOrder } from './owner-orders.ts';

/** Another agent key, another owner, no key; what the fee account pays for besides payments. */
export function describeKeyChanges(world: KeyWorld): void {
  describeRotation(world);
  describeReplacement(world);
  describeRevocation(world);
  describeOtherShapes(world);
}

function describeRotation(world: KeyWorld): void {
  const { enroll, bounds, enrollWithBounds, prepare, install, spend, state } = world;
  const rotating = async ({ walletId }: ContractWallet, order: ReturnType<typeof rotateOrder>) =>
    errorOf(await world.keys.rotateAgentKey({ walletId, ...order }));
  describe('rotation of the agent key', () => {
    test('the prepared key stays the same and signs nothing; only for the pinned owner, multisig and network', async () => {
      const { keys, subject } = world;
      const wallet = await enrollWithBounds();
      const next = await prepare(wallet);
      expect(next.agent).not.toBe(wallet.agent);
      expect(await prepare(wallet)).toEqual(next);
      expect(must(await keys.getAgentPublicKey(wallet.walletId))).toBe(wallet.agent);
      const { walletId, owner, multisig } = wallet;
      const pins = { walletId, owner, multisig, network: subject.network };
      const stranger = createTestKey().address;
      for (const change of [{ owner: stranger }, { multisig: stranger }, { network: stranger }])
        expect(errorOf(await keys.prepareAgentKey({ ...pins, ...change }))).toMatchObject(refused('wrong_wallet'));
    });
    test('the new key signs under the new bounds; the same bytes again are answered alike; there is no way back', async () => {
      const { keys, subject } = world;
      const wallet = await enrollWithBounds();
      const { walletId } = wallet;
      const next = await prepare(wallet);
      const order = rotateOrder(subject.owner, wallet.agent, await bounds(next, { revision: 2 }));
      for (let turn = 0; turn < 2; turn += 1)
        expect(must(await keys.rotateAgentKey({ walletId, ...order }))).toEqual({ revision: 2, agent: next.agent });
      expect(await state(next)).toMatchObject({ agentPublicKey: next.agent, policyRevision: 2, state: 'active' });
      const message = await subject.makeSpendMessage(next);
      expect(verifyEd25519(next.agent, message, must(await spend(walletId, message)).signature)).toBe(true);
      must(await install(next, 3));
      expect(await rotating(next, order)).toMatchObject({ code: 'signer_refused' });
      expect(must(await keys.getAgentPublicKey(walletId))).toBe(next.agent);
      expect((await prepare(next)).agent).not.toBe(next.agent);
    });
    test('INVARIANT I6: the owner’s signature, this wallet and network, the next revision, the old and the prepared key', async () => {
      const { subject } = world;
      const [wallet, other] = [await enrollWithBounds(), await enroll()];
      const next = await prepare(wallet);
      const { owner } = subject;
      const second = await bounds(next, { revision: 2 });
      const stranger = createTestKey();
      const good = rotateOrder(owner, wallet.agent, second);
      for (const [code, order] of [
        ['bad_owner_signature', rotateOrder(stranger, wallet.agent, second)],
        ['wrong_wallet', rotateOrder(owner, wallet.agent, { ...second, wallet: other.multisig })],
        ['bad_statement', rotateOrder(owner, wallet.agent, { ...second, network: stranger.address })],
        ['stale_revision', rotateOrder(owner, wallet.agent, { ...second, revision: 1 })],
        ['stale_revision', rotateOrder(owner, wallet.agent, { ...second, revision: 3 })],
        ['bad_statement', rotateOrder(owner, wallet.agent, second, { revision: 3 })],
        ['bad_statement', rotateOrder(owner, stranger.address, second)],
        ['bad_statement', { ...good, bounds: rotateOrder(owner, wallet.agent, { ...second, feeCapLamports: 1n }).bounds }],
        ['bad_statement', rotateOrder(owner, wallet.agent, second, { expiresAtMs: Math.floor(Date.now() / 1_000) * 1_000 - 60_000 })],
        ['bad_statement', installOrder(owner, second)],
      ] as const)
        expect(await rotating(wallet, order), code).toMatchObject(refused(code));
      expect(await rotating(wallet, rotateOrder(owner, wallet.agent, { ...second, agent: stranger.address }))).toMatchObject({
        code: 'signer_refused',
      });
      expect(await rotating(other, good), 'on another wallet').toMatchObject(refused('wrong_wallet'));
      expect(await state(wallet)).toMatchObject({ agentPublicKey: wallet.agent, policyRevision: 1 });
      const installs = await world.keys.installBounds({ walletId: wallet.walletId, ...good });
      expect(errorOf(installs), 'install_bounds takes an install-policy only').toMatchObject(refused('bad_statement'));
      expect(await rotating(wallet, good)).toBeNull();
      expect(await rotating(next, rotateOrder(owner, next.agent, await bounds(next, { revision: 3 }))), 'nothing prepared').toMatchObject({
        code: 'signer_refused',
      });
    });
    test('INVARIANT I7: a suspended wallet stays suspended', async () => {
      const { keys, subject } = world;
      const wallet = await enrollWithBounds();
      const { walletId } = wallet;
      must(await keys.suspendAgentKey(walletId));
      const next = await prepare(wallet);
      must(await keys.rotateAgentKey({ walletId, ...rotateOrder(subject.owner, wallet.agent, await bounds(next, { revision: 2 })) }));
      const message = await subject.makeSpendMessage(next);
      expect(errorOf(await spend(walletId, message))).toMatchObject(refused('suspended'));
      must(await keys.resumeAgentKey({ walletId, ...unfreezeOrder(subject.owner, { network: subject.network, wallet: wallet.multisig }) }));
      must(await spend(walletId, message));
    });
  });
}

function describeReplacement(world: KeyWorld): void {
  const { enroll, bounds, enrollWithBounds, install, prepare, withOwner } = world;
  const replacing = async ({ walletId }: ContractWallet, order: ReturnType<typeof replaceOrder>) =>
    errorOf(await world.keys.replaceOwner({ walletId, ...order }));
  describe('another owner', () => {
    test('by the old owner or the recovery key, and the new one; then only the new one’s word counts', async () => {
      const { keys, subject } = world;
      const [recovery, next] = [createTestKey(), createTestKey()];
      for (const by of [subject.owner, recovery]) {
        const wallet = await enrollWithBounds({ recovery: recovery.address });
        const { walletId, multisig } = wallet;
        const order = replaceOrder(by, next, wallet.owner, await bounds(wallet, { revision: 2 }));
        for (let turn = 0; turn < 2; turn += 1) expect(must(await keys.replaceOwner({ walletId, ...order }))).toEqual({ revision: 2 });
        expect(errorOf(await install(wallet, 3))).toMatchObject(refused('bad_owner_signature'));
        expect(errorOf(await install(wallet, 3, recovery))).toMatchObject(refused('bad_owner_signature'));
        const destroys = destroyOrder(subject.owner, await bounds(wallet));
        expect(errorOf(await keys.revokeAgentKey({ walletId, ...destroys }))).toMatchObject(refused('bad_owner_signature'));
        const mine = { ...wallet, owner: next.address };
        const message = await subject.makeOwnerMessage(mine);
        expect(errorOf(await withOwner(walletId, message, subject.owner.sign(message)))).toMatchObject(refused('bad_owner_signature'));
        must(await withOwner(walletId, message, next.sign(message)));
        must(await install(mine, 3, next));
        const pins = { walletId, multisig, network: subject.network };
        expect(errorOf(await keys.initializeAgentKey({ ...pins, owner: wallet.owner }))).toMatchObject(refused('wrong_wallet'));
        expect(must(await keys.initializeAgentKey({ ...pins, owner: next.address }))).toEqual({ agent: wallet.agent });
        expect(await replacing(wallet, order), 'played back').toMatchObject({ code: 'signer_refused' });
      }
    });
    test('INVARIANT I6: both signatures, this wallet and network, the next revision, the pinned owner', async () => {
      const { subject } = world;
      const [next, stranger, recovery] = [createTestKey(), createTestKey(), createTestKey()];
      const [wallet, other] = [await enrollWithBounds({ recovery: recovery.address }), await enrollWithBounds()];
      const { owner } = subject;
      const second = await bounds(wallet, { revision: 2 });
      const good = replaceOrder(owner, next, wallet.owner, second);
      for (const [code, order] of [
        ['bad_owner_signature', replaceOrder(stranger, next, wallet.owner, second)],
        ['bad_owner_signature', { ...good, newOwnerSignature: good.ownerSignature }],
        ['bad_owner_signature', { ...good, ownerSignature: good.newOwnerSignature }],
        ['bad_owner_signature', replaceOrder(owner, stranger, wallet.owner, second, { newOwner: next.address })],
        ['wrong_wallet', replaceOrder(owner, next, wallet.owner, { ...second, wallet: other.multisig })],
        ['bad_statement', replaceOrder(owner, next, wallet.owner, { ...second, network: stranger.address })],
        ['stale_revision', replaceOrder(owner, next, wallet.owner, { ...second, revision: 1 })],
        ['stale_revision', replaceOrder(owner, next, wallet.owner, { ...second, revision: 3 })],
        ['bad_statement', replaceOrder(owner, next, stranger.address, second)],
        ['wrong_wallet', replaceOrder(owner, next, wallet.owner, { ...second, agent: stranger.address })],
        ['bad_statement', { ...good, bounds: replaceOrder(owner, next, wallet.owner, { ...second, feeCapLamports: 1n }).bounds }],
      ] as const)
        expect(await replacing(wallet, order), code).toMatchObject(refused(code));
      expect(await replacing(other, good), 'on another wallet').toMatchObject(refused('wrong_wallet'));
      const elsewhere = replaceOrder(recovery, next, other.owner, await bounds(other, { revision: 2 }));
      expect(await replacing(other, elsewhere), 'a recovery key that the bounds do not name').toMatchObject(refused('bad_owner_signature'));
      const bare = await enroll();
      expect(await replacing(bare, replaceOrder(owner, next, bare.owner, await bounds(bare)))).toMatchObject(refused('no_bounds'));
      expect(await replacing(wallet, good)).toBeNull();
    });
    test('a key that was prepared stays prepared, for the new owner to install', async () => {
      const { keys, subject } = world;
      const next = createTestKey();
      const wallet = await enrollWithBounds();
      const { walletId } = wallet;
      const prepared = await prepare(wallet);
      must(
        await keys.replaceOwner({ walletId, ...replaceOrder(subject.owner, next, wallet.owner, await bounds(wallet, { revision: 2 })) }),
      );
      expect((await prepare({ ...wallet, owner: next.address })).agent).toBe(prepared.agent);
      const third = await bounds(prepared, { revision: 3 });
      const old = await keys.rotateAgentKey({ walletId, ...rotateOrder(subject.owner, wallet.agent, third) });
      expect(errorOf(old)).toMatchObject(refused('bad_owner_signature'));
      must(await keys.rotateAgentKey({ walletId, ...rotateOrder(next, wallet.agent, third) }));
    });
  });
}

function describeRevocation(world: KeyWorld): void {
  const { bounds, enrollWithBounds, install, prepare, spend, state } = world;
  describe('revocation', () => {
    test('wipes the key that the owner names; the same statement again changes nothing; another key comes only by rotation', async () => {
      const { keys, subject } = world;
      const wallet = await enrollWithBounds();
      const { walletId, owner, multisig, agent } = wallet;
      const of = { network: subject.network, wallet: multisig, agent };
      const revoking = async (order: ReturnType<typeof destroyOrder>) => errorOf(await keys.revokeAgentKey({ walletId, ...order }));
      const stranger = createTestKey();
      expect(await revoking(destroyOrder(stranger, of))).toMatchObject(refused('bad_owner_signature'));
      expect(await revoking(destroyOrder(subject.owner, { ...of, agent: stranger.address }))).toMatchObject(refused('bad_statement'));
      expect(await revoking(destroyOrder(subject.owner, { ...of, wallet: stranger.address }))).toMatchObject(refused('wrong_wallet'));
      expect(await revoking(unfreezeOrder(subject.owner, of))).toMatchObject(refused('bad_statement'));
      const order = destroyOrder(subject.owner, of);
      expect(await revoking(order)).toBeNull();
      expect(await revoking(order), 'the same again').toBeNull();
      const message = await subject.makeSpendMessage(wallet);
      expect(errorOf(await spend(walletId, message))).toMatchObject(refused('unknown_wallet'));
      expect(errorOf(await keys.getAgentPublicKey(walletId))).toMatchObject(refused('unknown_wallet'));
      expect(errorOf(await install(wallet, 2))).toMatchObject(refused('unknown_wallet'));
      expect(await state(wallet)).toBeUndefined();
      const pins = { walletId, owner, multisig, network: subject.network };
      expect(errorOf(await keys.initializeAgentKey(pins))).toMatchObject(refused('wrong_wallet'));
      must(await keys.signWithFeeKey({ walletId, message: await subject.makeLockdown(wallet) }));

      const next = await prepare(wallet);
      const first = rotateOrder(subject.owner, agent, await bounds(next, { revision: 1 }));
      expect(errorOf(await keys.rotateAgentKey({ walletId, ...first }))).toMatchObject(refused('stale_revision'));
      must(await keys.rotateAgentKey({ walletId, ...rotateOrder(subject.owner, agent, await bounds(next, { revision: 2 })) }));
      must(await spend(walletId, await subject.makeSpendMessage(next)));
      expect(await revoking(order), 'played back against the new key').toMatchObject(refused('bad_statement'));
    });
  });
}

function describeOtherShapes(world: KeyWorld): void {
  const { enroll, enrollWithBounds } = world;
  describe('what is signed besides payments', () => {
    test('step_back: agent and owner cancel together; nothing that pays', async () => {
      const { keys, subject } = world;
      const [wallet, other] = [await enrollWithBounds(), await enrollWithBounds()];
      const { walletId } = wallet;
      const message = await subject.makeCancellation(wallet);
      const { signature } = must(await keys.signWithAgentKey({ walletId, kind: 'step_back', message }));
      expect(verifyEd25519(wallet.agent, message, signature)).toBe(true);
      must(await keys.signWithFeeKey({ walletId, message }));
      expect(errorOf(await keys.signWithAgentKey({ walletId, kind: 'spend', message }))).toMatchObject({ code: 'signer_refused' });
      for (const wrong of [
        await subject.makeSpendMessage(wallet),
        await subject.makeOwnerMessage(wallet),
        await subject.makeCancellation(other),
        await subject.makeLockdown(wallet),
        new Uint8Array(200),
      ])
        expect(errorOf(await keys.signWithAgentKey({ walletId, kind: 'step_back', message: wrong }))).toMatchObject({
          code: 'signer_refused',
        });
      must(await keys.suspendAgentKey(walletId));
      expect(errorOf(await keys.signWithAgentKey({ walletId, kind: 'spend', message }))).toMatchObject({ code: 'signer_refused' });
    });
    test('INVARIANT I7: a suspended wallet still steps back, by which it only loses rights, and signs nothing else', async () => {
      const { keys, subject } = world;
      const wallet = await enrollWithBounds();
      const { walletId } = wallet;
      const message = await subject.makeCancellation(wallet);
      const spending = await subject.makeSpendMessage(wallet);
      must(await keys.suspendAgentKey(walletId));
      const { signature } = must(await keys.signWithAgentKey({ walletId, kind: 'step_back', message }));
      expect(verifyEd25519(wallet.agent, message, signature)).toBe(true);
      expect(errorOf(await keys.signWithAgentKey({ walletId, kind: 'step_back', message: spending }))).toMatchObject({
        code: 'signer_refused',
      });
      expect(errorOf(await keys.signWithAgentKey({ walletId, kind: 'spend', message: spending }))).toMatchObject(refused('suspended'));
    });
    test('the fee account makes nonce accounts of the pinned owner and pays for a lockdown of this wallet, also while it is suspended', async () => {
      const { keys, subject } = world;
      const wallet = await enrollWithBounds();
      const { walletId, feeAccount } = wallet;
      must(await keys.suspendAgentKey(walletId));
      for (const message of [await subject.makeNonceMessage(wallet), await subject.makeLockdown(wallet)]) {
        const [first, ...others] = must(await keys.signWithFeeKey({ walletId, message }));
        expect([first?.signer, others]).toEqual([feeAccount, []]);
        expect(verifyEd25519(feeAccount, message, first?.signature ?? new Uint8Array())).toBe(true);
      }
      const stranger = { ...wallet, owner: createTestKey().address };
      const other = await enroll();
      for (const message of [
        await subject.makeNonceMessage(stranger),
        await subject.makeLockdown(stranger),
        await subject.makeLockdown(other),
        await subject.makeNonceMessage({ ...wallet, feeAccount: stranger.owner }),
      ])
        expect(errorOf(await keys.signWithFeeKey({ walletId, message }))).toMatchObject({ code: 'signer_refused' });
    });
  });
}
