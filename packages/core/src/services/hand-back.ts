import { ok } from '../domain/result.ts';
import type { Approval } from '../ports/records.ts';
import { type Dependencies, SERVICE } from './dependencies.ts';

/** What the owner signed for a change of the wallet has come to nothing: the approval waits again, for fresh bytes and a fresh statement. */
export async function handBack(deps: Dependencies, approval: Approval, problem: string): Promise<'finished' | 'unfinished'> {
  const moved = await deps.database.transact(async (tx) => {
    if (await tx.approvals.move(approval.id, 'executing', 'waiting', { problem }))
      await tx.audit.append(
        [
          {
            chain: approval.walletId,
            action: 'approval.handed_back',
            actor: SERVICE,
            subject: approval.id,
            details: { kind: approval.kind, problem },
          },
        ],
        await tx.nowMs(),
      );
    return ok(undefined);
  });
  return moved.ok ? 'finished' : 'unfinished';
}
