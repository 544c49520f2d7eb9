import {
  type Approval,
  type ApprovalId,
  type Credential,
  type Dependencies,
  type DomainError,
  domainError,
  fail,
  type IReader,
  ok,
  type Result,
} from '@countersign/core';
import type { ApprovalView } from '@countersign/sdk';
import { answer, type Reply } from '../http/route.ts';
import { seesWallet } from '../http/visibility.ts';
import { approvalView } from '../views/approval-view.ts';

/** The approval, when the caller may see its wallet; otherwise it does not exist for them. */
export async function readVisibleApproval(deps: Dependencies, caller: Credential, id: ApprovalId): Promise<Result<Approval, DomainError>> {
  return deps.database.transact(
    async (tx) => {
      const approval = await tx.approvals.get(id);
      const visible = approval !== null && (await seesWallet(tx, caller, approval.walletId));
      return visible ? ok(approval) : fail(domainError('not_found', { kind: 'approval', id }));
    },
    { retry: 'nothing-leaves-the-process' },
  );
}

/** With what its transaction does, where it is about one. */
export async function viewOfApproval(reader: Pick<IReader, 'requests'>, approval: Approval): Promise<ApprovalView> {
  return approvalView(approval, approval.requestId === null ? null : await reader.requests.get(approval.requestId));
}

export async function answerWithApproval(deps: Dependencies, approval: Approval): Promise<Result<Reply, DomainError>> {
  return deps.database.read(async (reader) => answer(200, await viewOfApproval(reader, approval)));
}
