import { type DomainError, domainError } from '../domain/errors.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Dependencies } from './dependencies.ts';
import type { OwnerConsent } from './owner-consent.ts';
import type { ApprovalInContext } from './read-approval.ts';
import { useStatement } from './use-statement.ts';

/**
 * The owner unfreezes. The signer resumes on the owner's own statement first; if the database then fails, the wallet stays frozen
 * (INVARIANT I7: every failure leaves it stopped).
 */
export async function unfreeze(
  deps: Dependencies,
  context: ApprovalInContext,
  { statementSignature }: OwnerConsent,
): Promise<Result<void, DomainError>> {
  const { approval, wallet } = context;
  const statement = approval.prepared?.statement;
  if (statementSignature === null || !statement) throw new Error('checked before');
  if (wallet.state !== 'frozen') return fail(domainError('wallet_not_frozen', { wallet: wallet.id }));
  const resumed = await deps.keys.resumeAgentKey({ walletId: wallet.id, statement, ownerSignature: statementSignature });
  if (!resumed.ok) return resumed;
  return deps.database.transact(async (tx) => {
    const locked = await tx.wallets.lock(wallet.id);
    const current = await tx.approvals.lock(approval.id);
    if (locked?.state !== 'frozen') return fail(domainError('wallet_not_frozen', { wallet: wallet.id }));
    if (current?.state !== 'waiting')
      return fail(domainError('approval_not_waiting', { approval: approval.id, state: current?.state ?? 'missing' }));
    const atMs = await tx.nowMs();
    const used = await useStatement(tx, context, statementSignature, atMs);
    if (!used.ok) return used;
    await tx.approvals.move(approval.id, 'waiting', 'done', {});
    await tx.wallets.move(wallet.id, 'frozen', 'active', { frozenReason: null });
    await tx.audit.append(
      [{ chain: wallet.id, action: 'wallet.unfrozen', actor: `owner:${wallet.owner}`, subject: approval.id, details: {} }],
      atMs,
    );
    return ok(undefined);
  });
}
