import { LIVE_ATTEMPT_STATES } from '../domain/attempt-states.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import type { WalletId } from '../domain/ids.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { ITransaction } from '../ports/database.ts';
import type { Attempt } from '../ports/records.ts';
import type { Actor, Dependencies } from './dependencies.ts';
import { problemOf } from './submit-attempt.ts';

export interface FrozenWallet {
  readonly wallet: Wallet;
  /** What was signed before the freeze and may still land. */
  readonly mayStillLand: readonly Attempt[];
  /** `null` when the signer has suspended the key; otherwise why it has not yet. The wallet is frozen all the same, and the reconciler suspends the key as soon as the signer answers. */
  readonly signerProblem: string | null;
}

/**
 * Stops a wallet. INVARIANT I7: signing shares the row lock that this takes, so once this commits nothing more is signed. The signer is told
 * at the same time. Needs neither chain nor queue. Freezing a frozen wallet tells the signer again.
 */
export async function freezeWallet(
  deps: Dependencies,
  input: { readonly walletId: WalletId; readonly reason: string; readonly actor: Actor },
): Promise<Result<FrozenWallet, DomainError>> {
  const { walletId, reason, actor } = input;
  const suspending = deps.keys.suspendAgentKey(walletId);
  const frozen = await deps.database.transact(async (tx) => {
    const wallet = await tx.wallets.lock(walletId);
    if (wallet === null) return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
    if (wallet.state === 'creating' || wallet.state === 'failed')
      return fail(domainError('wallet_not_active', { wallet: walletId, state: wallet.state }));
    if (wallet.state === 'active') await freezeUnderLock(tx, wallet, { reason, actor, atMs: await tx.nowMs() });
    const live = await tx.attempts.ofWallet(
      walletId,
      LIVE_ATTEMPT_STATES.filter((state) => state !== 'prepared'),
    );
    return ok({ wallet: { ...wallet, state: 'frozen' as const, frozenReason: wallet.frozenReason ?? reason }, live });
  });
  const suspended = await suspending;
  if (!frozen.ok) return frozen;
  return ok({
    wallet: frozen.value.wallet,
    mayStillLand: frozen.value.live,
    signerProblem: suspended.ok ? null : problemOf(suspended.error),
  });
}

/** Freezes an active wallet whose row the caller has locked. */
export async function freezeUnderLock(
  tx: ITransaction,
  { id }: Wallet,
  { reason, actor, atMs }: { readonly reason: string; readonly actor: Actor; readonly atMs: number },
): Promise<void> {
  await tx.wallets.move(id, 'active', 'frozen', { frozenReason: reason });
  await tx.audit.append([{ chain: id, action: 'wallet.frozen', actor, subject: id, details: { reason } }], atMs);
}
