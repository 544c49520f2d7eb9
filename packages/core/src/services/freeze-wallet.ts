import { LIVE_ATTEMPT_STATES } from '../domain/attempt-states.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import type { WalletId } from '../domain/ids.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { ITransaction } from '../ports/database.ts';
import type { Attempt } from '../ports/records.ts';
import type { Actor, Dependencies } from './dependencies.ts';
import { suspendKeys } from './key-records.ts';
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
 * at the same time. Needs neither chain nor queue. A wallet that is still being made comes into being frozen. Freezing a frozen wallet tells
 * the signer again.
 */
export async function freezeWallet(
  deps: Dependencies,
  input: { readonly walletId: WalletId; readonly reason: string; readonly actor: Actor },
): Promise<Result<FrozenWallet, DomainError>> {
  const { walletId, reason, actor } = input;
  const freezing = deps.database.transact(async (tx) => {
    const wallet = await tx.wallets.lock(walletId);
    if (wallet === null) return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
    if (wallet.state === 'failed') return fail(domainError('wallet_not_active', { wallet: walletId, state: wallet.state }));
    const stopped = wallet.state !== 'frozen';
    if (stopped) await freezeUnderLock(tx, wallet, { reason, actor, atMs: await tx.nowMs() });
    const live = await tx.attempts.ofWallet(
      walletId,
      LIVE_ATTEMPT_STATES.filter((state) => state !== 'prepared'),
    );
    return ok({ wallet: { ...wallet, state: 'frozen' as const, frozenReason: wallet.frozenReason ?? reason }, live, stopped });
  });
  const [suspended, frozen] = await Promise.all([deps.keys.suspendAgentKey(walletId), freezing]);
  if (!frozen.ok) return frozen;
  if (frozen.value.stopped) alertOfFreeze(deps, walletId, reason);
  return ok({
    wallet: frozen.value.wallet,
    mayStillLand: frozen.value.live,
    signerProblem: suspended.ok ? null : problemOf(suspended.error),
  });
}

/**
 * Freezes a wallet that is not frozen and whose row the caller has locked. After the commit the caller tells people and the signer:
 * `tellOfFreeze`.
 */
export async function freezeUnderLock(
  tx: ITransaction,
  { id, state }: Wallet,
  { reason, actor, atMs }: { readonly reason: string; readonly actor: Actor; readonly atMs: number },
): Promise<void> {
  await tx.wallets.move(id, state, 'frozen', { frozenReason: reason });
  await suspendKeys(tx, id);
  await tx.audit.append([{ chain: id, action: 'wallet.frozen', actor, subject: id, details: { reason } }], atMs);
}

/**
 * After the commit of a freeze by the service. When the signer is away the reconciler suspends the key as soon as it answers; the database
 * lets nothing be signed meanwhile.
 */
export async function tellOfFreeze(deps: Pick<Dependencies, 'alerts' | 'keys'>, walletId: WalletId, reason: string): Promise<void> {
  alertOfFreeze(deps, walletId, reason);
  await deps.keys.suspendAgentKey(walletId);
}

/** Tells people, after the commit. */
export function alertOfFreeze({ alerts }: Pick<Dependencies, 'alerts'>, walletId: WalletId, reason: string): void {
  alerts.raise({ kind: 'wallet.frozen', walletId, severity: 'critical', message: `the wallet is frozen: ${reason}` });
}
