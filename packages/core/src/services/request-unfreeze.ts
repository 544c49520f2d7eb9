import { type DomainError, domainError } from '../domain/errors.ts';
import type { WalletId } from '../domain/ids.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Approval } from '../ports/records.ts';
import type { Actor, Dependencies } from './dependencies.ts';
import { newApproval } from './new-approval.ts';

/** Asks the owner to unfreeze a wallet (INVARIANT I7: only the owner can). An unfreeze that already waits is given back. */
export async function requestUnfreeze(
  deps: Dependencies,
  input: { readonly walletId: WalletId; readonly actor: Actor },
): Promise<Result<Approval, DomainError>> {
  const { walletId, actor } = input;
  return deps.database.transact(async (tx) => {
    const wallet = await tx.wallets.lock(walletId);
    if (wallet === null) return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
    if (wallet.state !== 'frozen') return fail(domainError('wallet_not_frozen', { wallet: walletId }));
    const [waiting] = await tx.approvals.list({ walletId, state: 'waiting', kind: 'unfreeze' }, { limit: 1, cursor: null });
    if (waiting) return ok(waiting);
    const atMs = await tx.nowMs();
    const approval = newApproval(deps, { walletId, kind: 'unfreeze', policyRevision: wallet.policyRevision, change: null, atMs });
    await tx.approvals.insert(approval);
    await tx.audit.append([{ chain: walletId, action: 'wallet.unfreeze_requested', actor, subject: approval.id, details: {} }], atMs);
    return ok(approval);
  });
}
