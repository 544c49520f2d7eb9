import { ok } from '../domain/result.ts';
import { lookAtAttempts } from './advance-attempts.ts';
import type { Dependencies } from './dependencies.ts';
import { finishApproval } from './finish-approval.ts';

const MOST_RECEIPTS = 10_000;

/**
 * Brings signer, chain and database together again, at start and on a schedule: every attempt that should have been looked after by now gets a look (its job may be lost), receipts go back to the
 * signer, a frozen wallet's key is suspended, changes of a wallet that were signed go on. Idempotent and safe beside other replicas.
 */
export async function reconcile(deps: Dependencies): Promise<void> {
  const read = await deps.database.transact(async (tx) => {
    const nowMs = await tx.nowMs();
    const unsettled = await tx.attempts.unsettled(1_000);
    return ok({
      // Younger ones are in the hands of the process that made them, and of its job.
      lost: unsettled.filter(({ createdAtMs }) => createdAtMs < nowMs - deps.limits.firstLookMs),
      executing: await tx.approvals.list({ walletId: null, state: 'executing', kind: null }, { limit: 1_000, cursor: null }),
    });
  });
  if (!read.ok) throw new Error(`the database could not be read: ${JSON.stringify(read.error)}`);
  await lookAtAttempts(
    deps,
    read.value.lost.map(({ id }) => id),
  );
  for (const { id } of read.value.executing) await finishApproval(deps, id);
  await reconcileSigner(deps);
}

/** Gives a (perhaps restarted) signer what it forgot, and stops what must not run (INVARIANT I7). */
export async function reconcileSigner(deps: Dependencies): Promise<void> {
  const { wallets } = await deps.keys.healthCheck();
  for (const { walletId, state } of wallets) {
    const read = await deps.database.transact(async (tx) =>
      ok({ wallet: await tx.wallets.get(walletId), receipts: await tx.receipts.list(walletId, MOST_RECEIPTS) }),
    );
    if (!read.ok) continue;
    if (read.value.receipts.length > 0) await deps.keys.restoreReceipts(walletId, read.value.receipts);
    if (read.value.wallet?.state === 'frozen' && state === 'active') await deps.keys.suspendAgentKey(walletId);
  }
}
