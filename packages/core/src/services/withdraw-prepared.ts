import type { ApprovalId } from '../domain/ids.ts';
import type { ITransaction } from '../ports/database.ts';

/** What was prepared for an approval that waits is no longer what the owner may sign. Runs under the wallet's lock. */
export async function withdrawPrepared(tx: ITransaction, approvalId: ApprovalId, problem: string): Promise<void> {
  for (const { id, state } of await tx.attempts.ofApproval(approvalId))
    if (state === 'prepared') await tx.attempts.move(id, 'prepared', 'withdrawn', { problem });
  for (const { id, state } of await tx.kits.ofApproval(approvalId))
    if (state === 'waiting') await tx.kits.move(id, 'waiting', 'void', { problem });
}
