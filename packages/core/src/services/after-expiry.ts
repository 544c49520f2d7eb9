import type { ITransaction } from '../ports/database.ts';
import type { Attempt, TransactionRequest } from '../ports/records.ts';

/** A payment that the agent makes alone is tried with fresh bytes at most this often, and only while somebody may still be waiting for it. */
export const MOST_ATTEMPTS = 3;
export const RETRY_FOR_MS = 600_000;

/**
 * Where a request goes whose bytes provably cannot land: a countersigned one back to the owner, one that the agent makes alone to another
 * decision (INVARIANT I3: only now may there be new bytes), or to its end when that was tried often enough.
 */
export async function stateAfterExpiry(
  tx: ITransaction,
  { approvalId }: Attempt,
  { id, createdAtMs, route }: TransactionRequest,
  atMs: number,
): Promise<'awaiting_owner' | 'received' | 'expired'> {
  if (approvalId !== null) return 'awaiting_owner';
  // A delayed payment is asked for long before it goes.
  if (route !== 'delayed' && atMs - createdAtMs > RETRY_FOR_MS) return 'expired';
  const dead = (await tx.attempts.ofRequest(id)).filter(
    (each) => each.approvalId === null && ['expired', 'withdrawn'].includes(each.state),
  );
  return dead.length < MOST_ATTEMPTS ? 'received' : 'expired';
}
