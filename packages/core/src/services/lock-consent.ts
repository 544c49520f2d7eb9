import { SETTING_KINDS } from '../domain/approval-states.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import type { ApprovalId } from '../domain/ids.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { IReader, ITransaction } from '../ports/database.ts';
import type { PreparedApproval } from '../ports/records.ts';
import { inForceSha256 } from './policy-in-force.ts';
import type { ApprovalInContext } from './read-approval.ts';
import { sameRoles } from './same-roles.ts';

/**
 * Takes the locks under which a consent has its effect, and looks again at all that it was checked against: it waits and has not expired, exactly
 * these bytes were prepared last, policy and keys are the same, no other change of the wallet is under way (INVARIANT I6). Of two consents at once
 * one finds it waiting.
 */
export async function lockConsent(
  tx: ITransaction,
  { approval, wallet }: ApprovalInContext,
): Promise<Result<{ readonly wallet: Wallet; readonly atMs: number }, DomainError>> {
  const locked = await tx.wallets.lock(wallet.id);
  const current = await tx.approvals.lock(approval.id);
  if (locked === null || current?.state !== 'waiting')
    return fail(domainError('approval_not_waiting', { approval: approval.id, state: current?.state ?? 'missing' }));
  const other = await otherChange(tx, locked, approval.id);
  if (other !== null) return fail(domainError('rotation_under_way', { wallet: wallet.id, approval: other }));
  const notPrepared = (problem: string): Result<never, DomainError> =>
    fail(domainError('approval_not_prepared', { approval: approval.id, problem }));
  if (!samePrepared(current.prepared, approval.prepared)) return notPrepared('something else was prepared since; prepare again');
  if (!sameRoles(locked, wallet)) return notPrepared('the keys of the wallet changed since it was prepared; prepare again');
  if (current.prepared?.underPolicySha256 !== (await inForceSha256(tx, wallet.id)))
    return notPrepared('the policy changed since it was prepared; prepare again');
  const atMs = await tx.nowMs();
  // What was consented to in time and has landed in part is gone through with.
  if (atMs > current.expiresAtMs && locked.rekeyingBy !== approval.id)
    return fail(domainError('approval_not_waiting', { approval: approval.id, state: 'expired' }));
  return ok({ wallet: locked, atMs });
}

/** Another approval by which the wallet is being changed, on chain or in its keys. Two at once would undo each other. */
async function otherChange(
  reader: Pick<IReader, 'approvals'>,
  { id, rekeyingBy }: Wallet,
  approvalId: ApprovalId,
): Promise<ApprovalId | null> {
  if (rekeyingBy !== null && rekeyingBy !== approvalId) return rekeyingBy;
  for (const kind of SETTING_KINDS) {
    const executing = await reader.approvals.list({ walletId: id, state: 'executing', kind }, { limit: 2, cursor: null });
    const other = executing.find((each) => each.id !== approvalId);
    if (other) return other.id;
  }
  return null;
}

function samePrepared(one: PreparedApproval | null, other: PreparedApproval | null): boolean {
  if (one === null || other === null) return false;
  return (
    one.statement === other.statement &&
    one.underPolicySha256 === other.underPolicySha256 &&
    one.attemptIds.join() === other.attemptIds.join() &&
    one.kitIds.join() === other.kitIds.join()
  );
}
