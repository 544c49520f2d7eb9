import { expect, test } from 'vitest';
import { type ContractWallet, type KeyWorld, refused } from './key-world.ts';
import { errorOf, must } from './must.ts';
import { destroyOrder, installOrder, replaceOrder, rotateOrder, unfreezeOrder } from './owner-orders.ts';

/** Wallets that are not known, health, and a service out of reach. The last case ends the subject's reach for good. */
export function describeKeyOutages(world: KeyWorld): void {
  const { newId, enroll, bounds, enrollWithBounds, state } = world;

  /** Every call that is about one wallet. */
  const callsAbout = async (
    wallet: ContractWallet,
    walletId = wallet.walletId,
  ): Promise<readonly (() => Promise<{ readonly ok: boolean }>)[]> => {
    const { keys, subject } = world;
    const { owner, network } = subject;
    const message = await subject.makeSpendMessage(wallet);
    const next = await bounds(wallet, { revision: 2 });
    return [
      () => keys.getAgentPublicKey(walletId),
      () => keys.installBounds({ walletId, ...installOrder(owner, next) }),
      () => keys.rotateAgentKey({ walletId, ...rotateOrder(owner, wallet.agent, next) }),
      () => keys.replaceOwner({ walletId, ...replaceOrder(owner, owner, wallet.owner, next) }),
      () => keys.revokeAgentKey({ walletId, ...destroyOrder(owner, next) }),
      () => keys.signWithAgentKey({ walletId, kind: 'spend', message }),
      () => keys.signWithAgentKey({ walletId, kind: 'step_back', message }),
      () => keys.signWithFeeKey({ walletId, message }),
      () => keys.restoreReceipts(walletId, [new Uint8Array(8)]),
      () => keys.sealBytes({ walletId, label: 'kit', bytes: new Uint8Array(4) }),
      () => keys.openBytes({ walletId, label: 'kit', sealed: new Uint8Array(64) }),
      () => keys.readBackup(walletId),
      () => keys.suspendAgentKey(walletId),
      () => keys.resumeAgentKey({ walletId, ...unfreezeOrder(owner, { network, wallet: wallet.multisig }) }),
    ];
  };

  test('a wallet that is not known is refused', async () => {
    for (const [at, call] of (await callsAbout(await enroll(), newId())).entries())
      expect(errorOf((await call()) as never), `call ${at}`).toMatchObject(refused('unknown_wallet'));
  });

  test('health lists each wallet with its state', async () => {
    const [bare, active, suspended] = [await enroll(), await enrollWithBounds(), await enrollWithBounds()];
    const { keys } = world;
    must(await keys.suspendAgentKey(suspended.walletId));
    expect(await keys.healthCheck()).toMatchObject({ ready: true, problem: null });
    const seen = ({ walletId, agent }: ContractWallet, policyRevision: number, is: string) => ({
      ...{ walletId, agentPublicKey: agent, policyRevision, state: is },
    });
    expect(await state(bare)).toEqual(seen(bare, 0, 'no_bounds'));
    expect(await state(active)).toEqual(seen(active, 1, 'active'));
    expect(await state(suspended)).toEqual(seen(suspended, 1, 'suspended'));
  });

  test('out of reach, every call is a result and none throws', async () => {
    const { keys, subject } = world;
    const wallet = await enrollWithBounds();
    const { walletId, owner, multisig } = wallet;
    const pins = { walletId, owner, multisig, network: subject.network };
    const about = await callsAbout(wallet);
    await subject.unplug();
    const calls = [
      () => keys.getFeeAccount(),
      () => keys.getCreateKey(walletId),
      () => keys.initializeAgentKey(pins),
      () => keys.prepareAgentKey(pins),
      () => keys.restoreAgentKey(new Uint8Array(8)),
      ...about,
    ];
    for (const [at, call] of calls.entries())
      expect(errorOf((await call()) as never), `call ${at}`).toMatchObject({ code: 'signer_unavailable' });
    expect(await keys.healthCheck()).toEqual({ ready: false, problem: expect.any(String), wallets: [] });
  });
}
