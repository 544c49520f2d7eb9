import { type DomainError, domainError } from '../domain/errors.ts';
import type { WalletId } from '../domain/ids.ts';
import type { Kit } from '../domain/kit.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { callLockdown } from './call-lockdown.ts';
import type { Actor, Dependencies } from './dependencies.ts';
import { type FrozenWallet, freezeWallet } from './freeze-wallet.ts';

/**
 * Freezes a wallet and has the agent's limits taken off the chain with what the owner signed ahead of need. INVARIANT I7: the freeze commits
 * first and alone, and waits for no queue; where the job cannot be enqueued, the reconciler finds the call.
 */
export async function lockDownWallet(
  deps: Dependencies,
  input: { readonly walletId: WalletId; readonly reason: string; readonly actor: Actor },
): Promise<Result<{ readonly frozen: FrozenWallet; readonly armed: readonly Kit[] }, DomainError>> {
  const { walletId, reason, actor } = input;
  const frozen = await freezeWallet(deps, input);
  if (!frozen.ok) return frozen;
  const called = await deps.database.transact(async (tx) => {
    const wallet = await tx.wallets.lock(walletId);
    if (wallet?.state !== 'frozen') return fail(domainError('wallet_not_frozen', { wallet: walletId }));
    return ok(await callLockdown(tx, walletId, { reason, actor, atMs: await tx.nowMs() }));
  });
  if (!called.ok) return called;
  for (const alert of called.value.alerts) deps.alerts.raise(alert);
  if (called.value.kits.length > 0) await enqueueLockdown(deps, walletId);
  return ok({ frozen: frozen.value, armed: called.value.kits });
}

/** Makes a lockdown that was called for quick. A queue that takes nothing stops nothing: the reconciler looks for the call. */
export async function enqueueLockdown({ database }: Pick<Dependencies, 'database'>, walletId: WalletId): Promise<void> {
  try {
    await database.transact(async (tx) => {
      await tx.jobs.enqueue({ kind: 'lock-down', walletId }, { startAfterMs: 0 });
      return ok(undefined);
    });
  } catch {
    // The called kits are in the database.
  }
}
