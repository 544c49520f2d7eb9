import type { DomainError } from '../domain/errors.ts';
import { ok, type Result } from '../domain/result.ts';
import { type Dependencies, SERVICE } from './dependencies.ts';
import type { SignedAttempt } from './sign-attempt.ts';

/**
 * Sends an attempt's signed bytes for the first time. INVARIANT I2: they were committed before. Whatever the node answers, only the
 * chain's own record settles the outcome: when nobody can say whether they arrived, the state is `unknown`, and the job looks (INVARIANT I3).
 */
export async function submitAttempt(deps: Dependencies, attempt: SignedAttempt): Promise<Result<void, DomainError>> {
  const attemptId = attempt.id;
  const sent = await deps.chain.submitTransaction(attempt.wire);
  const to = sent.ok ? 'submitted' : 'unknown';
  const problem = sent.ok ? null : problemOf(sent.error);
  return deps.database.transact(async (tx) => {
    const change = problem === null ? {} : { problem };
    const [moved, atMs] = await Promise.all([
      tx.attempts.move(attemptId, 'signed', to, change),
      tx.nowMs(),
      tx.audit.hold(attempt.walletId),
    ]);
    // When the job was faster, its word stands.
    if (!moved) return ok(undefined);
    const details = { request: attempt.requestId, signature: attempt.signature, problem };
    await Promise.all([
      attempt.requestId === null || tx.requests.move(attempt.requestId, 'signed', to, { atMs, ...change }),
      tx.audit.append([{ chain: attempt.walletId, action: `attempt.${to}`, actor: SERVICE, subject: attemptId, details }], atMs),
    ]);
    return ok(undefined);
  });
}

/** An error's own words, for keeping beside a record. */
export function problemOf(error: DomainError): string {
  return 'problem' in error && typeof error.problem === 'string' ? error.problem : error.code;
}
