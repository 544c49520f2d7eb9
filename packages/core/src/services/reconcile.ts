import { ok } from '../domain/result.ts';
import type { SignerWallet } from '../ports/key-management-service.ts';
import { lookAtAttempts } from './advance-attempts.ts';
import { decideAgain } from './decide-again.ts';
import type { Dependencies } from './dependencies.ts';
import { finishApproval } from './finish-approval.ts';
import { releaseOverdue } from './release-payment.ts';

const MOST_RECEIPTS = 10_000;

/**
 * Brings signer, chain and database together again, on a schedule: a frozen wallet's key is suspended, every attempt that should have been
 * looked after by now gets a look (its job may be lost), changes of a wallet that were signed go on, requests that wait for a decision or for the end of their delay are decided on. Stopping comes first and needs no chain
 * (INVARIANT I7). Idempotent and safe beside other replicas. Throws when the database or the chain cannot be asked.
 */
export async function reconcile(deps: Dependencies): Promise<void> {
  await suspendFrozen(deps, await walletsOfSigner(deps));
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
  await suspendFrozen(deps, wallets);
  for (const { walletId } of wallets) {
    const receipts = await deps.database.read(async (reader) => ok(await reader.receipts.list(walletId, MOST_RECEIPTS)));
    if (receipts.ok && receipts.value.length > 0) await deps.keys.restoreReceipts(walletId, receipts.value);
  }
}

async function walletsOfSigner({ keys }: Dependencies): Promise<readonly SignerWallet[]> {
  return (await keys.healthCheck()).wallets;
}

/** INVARIANT I7: a key that the signer was not told to suspend, because it was away when its wallet was frozen, is suspended as soon as it answers. */
async function suspendFrozen({ database, keys }: Dependencies, wallets: readonly SignerWallet[]): Promise<void> {
  for (const { walletId, state } of wallets) {
    if (state !== 'active') continue;
    const wallet = await database.read(async (reader) => ok(await reader.wallets.get(walletId)));
    if (wallet.ok && wallet.value?.state === 'frozen') await keys.suspendAgentKey(walletId);
  }
}
