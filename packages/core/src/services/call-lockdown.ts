import type { WalletId } from '../domain/ids.ts';
import type { Kit } from '../domain/kit.ts';
import type { Alert } from '../ports/alerts.ts';
import type { ITransaction } from '../ports/database.ts';
import type { Actor } from './dependencies.ts';

/** What a call for a lockdown found. */
export interface CalledLockdown {
  /** What may carry it out. */
  readonly kits: readonly Kit[];
  /** To be raised once the transaction has committed. */
  readonly alerts: readonly Alert[];
}

/**
 * Calls for a lockdown of a wallet that is frozen, or is being frozen in this transaction, and whose row the caller has locked. The call is in
 * the database, not in the queue: `reconcile` finds it where the job was lost.
 */
export async function callLockdown(
  tx: ITransaction,
  walletId: WalletId,
  { reason, actor, atMs }: { readonly reason: string; readonly actor: Actor; readonly atMs: number },
): Promise<CalledLockdown> {
  for (const { id } of await tx.kits.list(walletId, { purpose: 'lockdown', states: ['armed'] }))
    await tx.kits.move(id, 'armed', 'called', {});
  const kits = await tx.kits.list(walletId, { purpose: 'lockdown', states: ['called', 'sent'] });
  const missing = kits.length === 0 && (await hasLimits(tx, walletId));
  const details = { reason, kits: kits.map(({ id }) => id) };
  await tx.audit.append(
    [
      { chain: walletId, action: 'lockdown.called', actor, subject: walletId, details },
      ...(missing
        ? [{ chain: walletId, action: 'lockdown.unavailable', actor, subject: walletId, details: { problem: NOTHING_ARMED } }]
        : []),
    ],
    atMs,
  );
  return { kits, alerts: missing ? [lockdownUnavailable(walletId, NOTHING_ARMED)] : [] };
}

const NOTHING_ARMED = 'the owner has armed none';

export function lockdownUnavailable(walletId: WalletId, problem: string): Alert {
  const message = `a lockdown was called for and cannot be carried out: ${problem}; the wallet stays frozen, the agent's limits are on chain until the owner removes them`;
  return { kind: 'lockdown.unavailable', walletId, severity: 'critical', message };
}

/** Whether the policy in force has limits on chain that no lockdown has taken away yet. */
async function hasLimits(tx: ITransaction, walletId: WalletId): Promise<boolean> {
  const revision = await tx.policies.active(walletId);
  const used = await tx.kits.list(walletId, { purpose: 'lockdown', states: ['used'] });
  const gone = new Set(used.flatMap(({ limits }) => limits));
  return revision?.limits.some(({ spendingLimit }) => !gone.has(spendingLimit)) ?? false;
}
