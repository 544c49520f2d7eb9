import { type DomainError, domainError } from '../domain/errors.ts';
import type { WalletId } from '../domain/ids.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Signature } from '../ports/key-management-service.ts';
import type { Dependencies } from './dependencies.ts';
import { type FrozenWallet, freezeUnderLock, freezeWallet, tellOfFreeze } from './freeze-wallet.ts';
import { readGivenStatement, useOwnerStatement } from './use-owner-statement.ts';

/**
 * The owner stops a wallet by a statement, without any credential. INVARIANT I7: needs neither chain nor queue: the network that the statement must
 * name is the one of the bounds that the owner signed. INVARIANT I6: the statement is used up in the transaction that freezes, so that one that
 * was seen before stops nothing after the next unfreeze.
 */
export async function freezeByStatement(
  deps: Dependencies,
  input: { readonly walletId: WalletId; readonly statement: string; readonly signature: Signature; readonly reason: string },
): Promise<Result<FrozenWallet, DomainError>> {
  const { walletId, reason } = input;
  const given = readGivenStatement('freeze', input);
  if (!given.ok) return given;
  const frozen = await deps.database.transact(async (tx) => {
    const wallet = await tx.wallets.lock(walletId);
    if (wallet === null) return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
    if (wallet.state === 'failed') return fail(domainError('wallet_not_active', { wallet: walletId, state: wallet.state }));
    const atMs = await tx.nowMs();
    const used = await useOwnerStatement(tx, wallet, given.value, atMs);
    if (!used.ok) return used;
    const actor = `owner:${wallet.owner}`;
    const stopped = wallet.state !== 'frozen';
    if (stopped) await freezeUnderLock(tx, wallet, { reason, actor, atMs });
    return ok({ actor, stopped });
  });
  if (!frozen.ok) return frozen;
  if (frozen.value.stopped) await tellOfFreeze(deps, walletId, reason);
  // It is frozen; this gives what may still land.
  return freezeWallet(deps, { walletId, reason, actor: frozen.value.actor });
}
