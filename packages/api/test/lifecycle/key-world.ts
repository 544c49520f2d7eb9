import {
  type Approval,
  type ApprovalId,
  advanceAttempts,
  type Dependencies,
  differencesOnChain,
  type KeyRole,
  ok,
  type PolicyRevision,
  proposeRotation,
  type RotationReason,
  type Wallet,
  type WalletId,
  type WalletKey,
  type WalletOnChain,
} from '@countersign/core';
import { expect } from 'vitest';
import { approveAs, drive, must, readWallet, type TestWallet, type World } from './world.ts';

/** The keys of a wallet on record as `role state`, in the order of the words. */
export async function keysOf({ deps }: World, walletId: WalletId): Promise<readonly string[]> {
  return (await allKeys(deps, walletId)).map(({ role, state }) => `${role} ${state}`).toSorted();
}

export async function allKeys(deps: Dependencies, walletId: WalletId): Promise<readonly WalletKey[]> {
  return must(await deps.database.transact(async (tx) => ok(await tx.keys.list(walletId))));
}

export async function liveKey({ deps }: World, walletId: WalletId, role: KeyRole): Promise<WalletKey> {
  const key = must(await deps.database.transact(async (tx) => ok(await tx.keys.live(walletId, role))));
  if (key === null) throw new Error(`no live ${role} key`);
  return key;
}

export async function onChain({ chain }: World, { multisig }: Wallet): Promise<WalletOnChain> {
  const found = must(await chain.readWallet(multisig));
  if (found === null) throw new Error('not on chain');
  return found;
}

export async function approvalNow({ deps }: World, id: ApprovalId): Promise<Approval> {
  const approval = must(await deps.database.transact(async (tx) => ok(await tx.approvals.get(id))));
  if (approval === null) throw new Error('no such approval');
  return approval;
}

export async function inForce({ deps }: World, id: WalletId): Promise<PolicyRevision> {
  const policy = must(await deps.database.transact(async (tx) => ok(await tx.policies.active(id))));
  if (policy === null) throw new Error('no policy');
  return policy;
}

/** What the job of each attempt of an approval does, as often as it could want to. */
export async function advance(deps: Dependencies, reading: Dependencies, id: ApprovalId): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    const attempts = must(await reading.database.transact(async (tx) => ok(await tx.attempts.ofApproval(id))));
    await advanceAttempts(
      deps,
      attempts.map((attempt) => attempt.id),
    );
  }
}

/** A chain, and a signer, as they are when nothing is the matter. */
export function fairWeather({ chain, keys }: World): void {
  chain.setLanding('at_once');
  chain.setWeather('fair');
  chain.setMessageRoom(Number.POSITIVE_INFINITY);
  chain.setFinality({ confirmed: 0n, finalized: 0n });
  chain.setLie(null);
  keys.setReachable(true);
}

/** A rotation from the proposal to its end. */
export async function rotate(world: World, of: TestWallet, reason: RotationReason = 'manual'): Promise<Approval> {
  const { id } = must(await proposeRotation(world.deps, { walletId: of.wallet.id, reason, actor: 'test' }));
  must(await approveAs(world.deps, id, of.owner));
  await drive(world.deps);
  return approvalNow(world, id);
}

/** The wallet as it is recorded now, for tests that go on with it. */
export async function again(world: World, of: TestWallet): Promise<TestWallet> {
  return { ...of, wallet: await readWallet(world.deps, of.wallet.id) };
}

/** INVARIANT I8, I11: record, policy in force and chain say the same to the last limit. */
export async function expectInStep(world: World, walletId: WalletId): Promise<Wallet> {
  const wallet = await readWallet(world.deps, walletId);
  const { limits } = await inForce(world, walletId);
  expect(differencesOnChain(wallet, limits, await onChain(world, wallet))).toEqual([]);
  expect(wallet.rekeyingBy).toBeNull();
  const health = await world.keys.healthCheck();
  const held = health.wallets.find((each) => each.walletId === walletId);
  expect({ agent: held?.agentPublicKey, revision: held?.policyRevision }).toEqual({ agent: wallet.agent, revision: wallet.policyRevision });
  return wallet;
}
