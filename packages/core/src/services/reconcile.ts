import type { WalletId } from '../domain/ids.ts';
import { ok } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { SignerWallet } from '../ports/key-management-service.ts';
import { lookAtAttempts } from './advance-attempts.ts';
import { decideAgain } from './decide-again.ts';
import type { Dependencies } from './dependencies.ts';
import { finishApproval } from './finish-approval.ts';
import { releaseOverdue } from './release-payment.ts';
import { runLockdown } from './run-lockdown.ts';

const MOST_RECEIPTS = 10_000;

/**
 * Brings signer, chain and database together again, on a schedule: a frozen wallet's key is suspended, a lockdown that was called for goes on, every attempt that should have been
 * looked after by now gets a look (its job may be lost), changes of a wallet that were signed go on, requests that wait for a decision or for the end of their delay are decided on. Stopping comes first and needs no chain
 * (INVARIANT I7). Idempotent and safe beside other replicas. Throws when the database or the chain cannot be asked.
 */
export async function reconcile(deps: Dependencies): Promise<void> {
  const frozen = await frozenWallets(deps);
  await suspendFrozen(deps, await walletsOfSigner(deps), frozen);
  await resumeLockdowns(deps, frozen);
  const read = await deps.database.transact(async (tx) => {
    const nowMs = await tx.nowMs();
    const unsettled = await tx.attempts.unsettled(1_000);
    return ok({
      // Younger ones are in the hands of the process that made them, and of its job.
      lost: unsettled.filter(({ createdAtMs }) => createdAtMs < nowMs - deps.limits.firstLookMs),
      executing: await tx.approvals.list({ walletId: null, state: 'executing', kind: null }, { limit: 1_000, cursor: null }),
      undecided: await tx.requests.undecided(nowMs - deps.limits.firstLookMs, 1_000),
    });
  });
  if (!read.ok) throw new Error(`the database could not be read: ${JSON.stringify(read.error)}`);
  await lookAtAttempts(
    deps,
    read.value.lost.map(({ id }) => id),
  );
  for (const { id } of read.value.executing) await finishApproval(deps, id);
  for (const { id } of read.value.undecided) await decideAgain(deps, id);
  await releaseOverdue(deps);
}

/** For a signer that was just started or came back: stops what must not run, then gives it the receipts that it may have lost. */
export async function reconcileSigner(deps: Dependencies): Promise<void> {
  const wallets = await walletsOfSigner(deps);
  await suspendFrozen(deps, wallets, await frozenWallets(deps));
  for (const { walletId, agentPublicKey } of wallets) {
    const receipts = await deps.database.read(async (reader) => ok(await reader.receipts.list(walletId, agentPublicKey, MOST_RECEIPTS)));
    if (receipts.ok && receipts.value.length > 0) await deps.keys.restoreReceipts(walletId, receipts.value);
  }
}

async function walletsOfSigner({ keys }: Dependencies): Promise<readonly SignerWallet[]> {
  return (await keys.healthCheck()).wallets;
}

const PAGE = 500;

async function frozenWallets({ database }: Dependencies): Promise<ReadonlySet<WalletId>> {
  const frozen = new Set<WalletId>();
  let after: WalletId | null = null;
  do {
    const cursor: WalletId | null = after;
    const page = await database.read(async (reader) => ok(await reader.wallets.list({ limit: PAGE, cursor })));
    if (!page.ok) throw new Error(`wallets could not be read: ${JSON.stringify(page.error)}`);
    const wallets: readonly Wallet[] = page.value;
    for (const { id, state } of wallets) if (state === 'frozen') frozen.add(id);
    after = wallets.length < PAGE ? null : (wallets.at(-1)?.id ?? null);
  } while (after !== null);
  return frozen;
}

/**
 * INVARIANT I7: a key that the signer was not told to suspend, because it was away when its wallet was frozen, is suspended as soon as it answers;
 * one without bounds too, since a wallet that is frozen while it is made gets them later.
 */
async function suspendFrozen(
  { database, keys }: Dependencies,
  wallets: readonly SignerWallet[],
  frozen: ReadonlySet<WalletId>,
): Promise<void> {
  for (const { walletId, state } of wallets) {
    if (state === 'suspended' || !frozen.has(walletId)) continue;
    // Its owner may have unfrozen it meanwhile.
    const wallet = await database.read(async (reader) => ok(await reader.wallets.get(walletId)));
    if (wallet.ok && wallet.value?.state === 'frozen') await keys.suspendAgentKey(walletId);
  }
}

/**
 * Lockdowns that were called for and whose job was lost, or gave up. What one of them is waiting for is in the way of nothing else, and its own
 * alerts tell of it.
 */
async function resumeLockdowns(deps: Dependencies, frozen: ReadonlySet<WalletId>): Promise<void> {
  for (const id of frozen) await runLockdown(deps, id).catch(() => undefined);
}
