import { type DomainError, domainError } from '../domain/errors.ts';
import type { ApprovalId } from '../domain/ids.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Signature } from '../ports/key-management-service.ts';
import type { Approval } from '../ports/records.ts';
import type { Dependencies } from './dependencies.ts';
import { endApproval } from './end-approval.ts';
import { readGivenStatement, useOwnerStatement } from './use-owner-statement.ts';

/**
 * The owner says no to a transaction that waits, by a statement of their own, whoever hands it in; the chain is not asked. INVARIANT I6: the
 * statement names this request, and is used up in the transaction that ends it.
 */
export async function vetoByStatement(
  deps: Pick<Dependencies, 'database'>,
  input: { readonly approvalId: ApprovalId; readonly statement: string; readonly signature: Signature },
): Promise<Result<Approval, DomainError>> {
  const { approvalId } = input;
  const given = readGivenStatement('veto-request', input);
  if (!given.ok) return given;
  return deps.database.transact(async (tx) => {
    const approval = await tx.approvals.get(approvalId);
    const wallet = approval && (await tx.wallets.lock(approval.walletId));
    if (!approval || !wallet) return fail(domainError('not_found', { kind: 'approval', id: approvalId }));
    if (approval.requestId !== given.value.statement.request)
      return fail(domainError('statement_invalid', { problem: 'it is about another transaction' }));
    const used = await useOwnerStatement(tx, wallet, given.value, await tx.nowMs());
    if (!used.ok) return used;
    const ended = await endApproval(tx, approvalId, 'rejected', 'vetoed by the owner', `owner:${wallet.owner}`);
    return ended.ok ? ok(ended.value) : ended;
  });
}
