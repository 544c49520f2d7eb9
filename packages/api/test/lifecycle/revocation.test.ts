import { prepareApproval, proposeRevocation, proposeRotation, requestUnfreeze } from '@countersign/core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { comeToRest } from './every-point.ts';
import { again, approvalNow, expectInStep, fairWeather, keysOf, onChain } from './key-world.ts';
import {
  AUTONOMOUS,
  approveAs,
  drive,
  makeWallet,
  must,
  pay,
  readRequest,
  readWallet,
  startWorld,
  type TestWallet,
  type World,
} from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});
afterEach(() => fairWeather(world));

const propose = async (of: TestWallet) => must(await proposeRevocation(world.deps, { walletId: of.wallet.id, actor: 'test' }));

describe('revocation of the agent key', () => {
  test('INVARIANT I7, I8: the limits leave the chain, the key is wiped, the wallet stays frozen', async () => {
    const of = await makeWallet(world);
    const { id } = await propose(of);
    expect((await propose(of)).id).toBe(id);
    must(await approveAs(world.deps, id, of.owner));
    expect((await readWallet(world.deps, of.wallet.id)).state).toBe('frozen');
    await drive(world.deps);
    expect((await approvalNow(world, id)).state).toBe('done');
    expect(await readWallet(world.deps, of.wallet.id)).toMatchObject({ state: 'frozen', rekeyingBy: null, policyRevision: 1 });
    expect((await onChain(world, of.wallet)).limits).toEqual([]);
    expect(await keysOf(world, of.wallet.id)).toEqual(['agent destroyed', 'owner active']);
    expect((await world.keys.getAgentPublicKey(of.wallet.id)).ok).toBe(false);
    const unfreeze = must(await requestUnfreeze(world.deps, { walletId: of.wallet.id, actor: 'test' }));
    expect((await approveAs(world.deps, unfreeze.id, of.owner)).ok).toBe(false);
    expect((await readWallet(world.deps, of.wallet.id)).state).toBe('frozen');
  });

  test('a revoked wallet comes back by a rotation and an unfreeze', async () => {
    const of = await makeWallet(world);
    const revocation = await propose(of);
    must(await approveAs(world.deps, revocation.id, of.owner));
    await drive(world.deps);
    const rotation = must(await proposeRotation(world.deps, { walletId: of.wallet.id, reason: 'manual', actor: 'test' }));
    expect(rotation.change?.reason).toBe('lost');
    must(await approveAs(world.deps, rotation.id, of.owner));
    await drive(world.deps);
    await expectInStep(world, of.wallet.id);
    const unfreeze = must(await requestUnfreeze(world.deps, { walletId: of.wallet.id, actor: 'test' }));
    must(await approveAs(world.deps, unfreeze.id, of.owner));
    expect(await keysOf(world, of.wallet.id)).toEqual(['agent active', 'agent destroyed', 'owner active']);
    const request = await pay(world, await again(world, of), AUTONOMOUS, 'back');
    await drive(world.deps);
    expect((await readRequest(world, request.id)).state).toBe('finalized');
  });

  test('INVARIANT I6: a statement to destroy names the key: after a rotation it destroys nothing', async () => {
    const of = await makeWallet(world);
    const { id } = await propose(of);
    const prepared = must(await prepareApproval(world.deps, { approvalId: id, actor: 'test' }));
    const rotation = must(await proposeRotation(world.deps, { walletId: of.wallet.id, reason: 'manual', actor: 'test' }));
    must(await approveAs(world.deps, rotation.id, of.owner));
    await drive(world.deps);
    const ownerSignature = of.owner.sign(new TextEncoder().encode(prepared.statement ?? ''));
    const order = { walletId: of.wallet.id, statement: prepared.statement ?? '', ownerSignature };
    expect(await world.keys.revokeAgentKey(order)).toMatchObject({ error: { code: 'signer_refused' } });
    await expectInStep(world, of.wallet.id);
  });

  test('what cannot land comes back; the wallet stays frozen, and it can be signed again', async () => {
    const of = await makeWallet(world);
    const { id } = await propose(of);
    world.chain.setWeather('drop');
    must(await approveAs(world.deps, id, of.owner));
    await comeToRest(world);
    world.chain.setWeather('fair');
    expect((await approvalNow(world, id)).state).toBe('waiting');
    expect(await readWallet(world.deps, of.wallet.id)).toMatchObject({ state: 'frozen', rekeyingBy: null });
    must(await approveAs(world.deps, id, of.owner));
    await drive(world.deps);
    expect(await keysOf(world, of.wallet.id)).toEqual(['agent destroyed', 'owner active']);
  });

  test('limits that a lockdown took before are no obstacle: only the statement is signed', async () => {
    const of = await makeWallet(world);
    world.chain.alterWallet(of.wallet.multisig, (found) => ({ ...found, limits: [] }));
    const { id } = await propose(of);
    const prepared = must(await prepareApproval(world.deps, { approvalId: id, actor: 'test' }));
    expect(prepared.attempts).toEqual([]);
    must(await approveAs(world.deps, id, of.owner));
    expect((await approvalNow(world, id)).state).toBe('done');
    expect(await keysOf(world, of.wallet.id)).toEqual(['agent destroyed', 'owner active']);
  });
});
