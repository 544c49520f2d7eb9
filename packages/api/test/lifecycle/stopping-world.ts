import {
  type Approval,
  type AuditEntry,
  KIT_STATES,
  type Kit,
  type KitPurpose,
  ok,
  proposeKits,
  requestUnfreeze,
  type WalletId,
  watchWallets,
} from '@countersign/core';
import type { TestKey } from '@countersign/testkit';
import { approveAs, must, readWallet, type TestWallet, type World } from './world.ts';

/** A second asset, so that the wallet has two spending limits. */
export const USDC = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v';

/** A policy with two assets. */
export const TWO_ASSETS: { readonly assets: readonly object[] } = {
  assets: ['SOL', USDC].map((asset) => ({
    asset,
    perTransaction: { autonomous: '100', ceiling: '1000' },
    windows: [{ seconds: 86_400, autonomous: '500', ceiling: '5000' }],
  })),
};

/** The owner arms a lockdown, or takes a recovery kit. */
export async function arm(world: World, of: TestWallet, purpose: KitPurpose = 'lockdown', owner: TestKey = of.owner): Promise<Approval> {
  const approval = must(await proposeKits(world.deps, { walletId: of.wallet.id, purpose, actor: 'test' }));
  must(await approveAs(world.deps, approval.id, owner));
  return approval;
}

/** Every kit of a wallet, oldest arming first, by part. */
export async function kitsOf({ deps }: World, walletId: WalletId): Promise<readonly Kit[]> {
  const kits = must(await deps.database.transact(async (tx) => ok(await tx.kits.list(walletId, { purpose: null, states: KIT_STATES }))));
  return kits.toSorted((one, other) => one.createdAtMs - other.createdAtMs || one.part - other.part);
}

export const statesOf = async (world: World, walletId: WalletId): Promise<readonly string[]> =>
  (await kitsOf(world, walletId)).map(({ state }) => state);

/** Newest first. */
export async function auditOf({ deps }: World, walletId: WalletId): Promise<readonly AuditEntry[]> {
  return must(await deps.database.transact(async (tx) => ok(await tx.audit.list(walletId, { limit: 100, beforeSequence: null }))));
}

export const actionsOf = async (world: World, walletId: WalletId): Promise<readonly string[]> =>
  (await auditOf(world, walletId)).map(({ action }) => action);

/** What people were told of a wallet, in order. */
export const toldOf = ({ alerts }: World, { wallet }: TestWallet): readonly string[] =>
  alerts.filter(({ walletId }) => walletId === wallet.id).map(({ kind }) => kind);

export const stateOf = async ({ deps }: World, { wallet }: TestWallet): Promise<string> => (await readWallet(deps, wallet.id)).state;

export async function signerState({ keys }: World, { wallet }: TestWallet): Promise<string | undefined> {
  return (await keys.healthCheck()).wallets.find(({ walletId }) => walletId === wallet.id)?.state;
}

/** Looks at every wallet, in one round or several, with a block between. */
export async function watch(world: World, rounds = 1): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    world.chain.mine(1n);
    for (let after = await watchWallets(world.deps, null); after !== null; ) after = await watchWallets(world.deps, after);
  }
}

/** The owner asks for it, prepares, signs. */
export async function unfreezeAs({ deps }: World, of: TestWallet): ReturnType<typeof approveAs> {
  const approval = must(await requestUnfreeze(deps, { walletId: of.wallet.id, actor: 'test' }));
  return approveAs(deps, approval.id, of.owner);
}
