import { SETTING_KINDS } from '../domain/approval-states.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import type { ApprovalId } from '../domain/ids.ts';
import type { Kit } from '../domain/kit.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { Approval, Attempt, PolicyRevision, TransactionRequest } from '../ports/records.ts';
import type { Dependencies } from './dependencies.ts';
import { inForceSha256 } from './policy-in-force.ts';

export interface ApprovalInContext {
  readonly approval: Approval;
  readonly wallet: Wallet;
  /** The revision to install, for the kinds that install one. */
  readonly policy: PolicyRevision | null;
  readonly request: TransactionRequest | null;
  /** What was prepared last, in landing order. */
  readonly attempts: readonly Attempt[];
  /** What is signed ahead of need, in order. */
  readonly kits: readonly Kit[];
  /** SHA-256 of the policy in force; `null` where none is. */
  readonly inForceSha256: string | null;
}

/** An approval with everything that it is about. */
export async function readApproval(
  deps: Pick<Dependencies, 'database'>,
  approvalId: ApprovalId,
): Promise<Result<ApprovalInContext, DomainError>> {
  return deps.database.transact(async (tx) => {
    const approval = await tx.approvals.get(approvalId);
    const wallet = approval && (await tx.wallets.get(approval.walletId));
    if (!approval || !wallet) return fail(domainError('not_found', { kind: 'approval', id: approvalId }));
    const installs = SETTING_KINDS.includes(approval.kind) && approval.policyRevision !== null;
    const all = await tx.attempts.ofApproval(approvalId);
    const kits = await tx.kits.ofApproval(approvalId);
    return ok({
      approval,
      wallet,
      policy: installs ? await tx.policies.get(wallet.id, approval.policyRevision ?? 0) : null,
      request: approval.requestId === null ? null : await tx.requests.get(approval.requestId),
      attempts: (approval.prepared?.attemptIds ?? []).flatMap((id) => all.find((attempt) => attempt.id === id) ?? []),
      kits: kits.filter(({ id }) => approval.prepared?.kitIds.includes(id)),
      inForceSha256: await inForceSha256(tx, wallet.id),
    });
  });
}
