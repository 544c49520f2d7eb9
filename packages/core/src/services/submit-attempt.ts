import type { DomainError } from '../domain/errors.ts';
import { ok, type Result } from '../domain/result.ts';
import { type Dependencies, SERVICE } from './dependencies.ts';
import type { SignedAttempt } from './sign-attempt.ts';

/**
 * Sends an attempt's signed bytes for the first time. INVARIANT I2: they were committed before. INVARIANT I7: the wallet's row lock is shared
 * while they go out, so that a freeze commits either after (and tells that they may land) or before: then what moves money never goes.
 * Whatever the node answers, only the chain's own record settles the outcome: when nobody can say whether they arrived, the state is
 * `unknown`, and the job looks (INVARIANT I3).
 */
export async function submitAttempt(
  deps: Dependencies,
  { id, walletId, requestId, wire, signature }: SignedAttempt,
): Promise<Result<void, DomainError>> {
  return deps.database.transact(async (tx) => {
    const [wallet, current] = await Promise.all([tx.wallets.lockShared(walletId), tx.attempts.get(id)]);
    // When the job was faster, its word stands.
    if (current?.state !== 'signed' || (current.holding !== null && wallet?.state !== 'active')) return ok(undefined);
    const sent = await deps.chain.submitTransaction(wire);
    const to = sent.ok ? 'submitted' : 'unknown';
    const problem = sent.ok ? null : problemOf(sent.error);
    const change = problem === null ? {} : { problem };
    const [moved, atMs] = await Promise.all([tx.attempts.move(id, 'signed', to, change), tx.nowMs(), tx.audit.hold(walletId)]);
    if (!moved) return ok(undefined);
    const details = { request: requestId, signature, problem };
    await Promise.all([
      requestId === null || tx.requests.move(requestId, 'signed', to, { atMs, ...change }),
      tx.audit.append([{ chain: walletId, action: `attempt.${to}`, actor: SERVICE, subject: id, details }], atMs),
    ]);
    return ok(undefined);
  });
}

/** An error's own words, for keeping beside a record. */
export function problemOf(error: DomainError): string {
  return 'problem' in error && typeof error.problem === 'string' ? error.problem : error.code;
}
