import { type DomainError, domainError } from '../domain/errors.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Attempt } from '../ports/records.ts';
import type { Dependencies } from './dependencies.ts';
import { finishApproval } from './finish-approval.ts';
import type { OwnerConsent } from './owner-consent.ts';
import type { ApprovalInContext } from './read-approval.ts';
import { submitAttempt } from './submit-attempt.ts';
import { useStatement } from './use-statement.ts';

/**
 * The owner signed a policy revision and the transactions that put its limits on chain (for a new wallet: that create it). All signed bytes
 * are persisted in the transaction that uses the statement up; then the first is sent, and the job sends each next one when the one before
 * it has landed (INVARIANT I2).
 */
export async function installSignedPolicy(
  deps: Dependencies,
  context: ApprovalInContext,
  consent: OwnerConsent,
): Promise<Result<void, DomainError>> {
  const { approval, wallet } = context;
  const { statementSignature } = consent;
  if (statementSignature === null) throw new Error('checked before');
  const signed = await signSteps(deps, context, consent);
  if (!signed.ok) return signed;
  const persisted = await deps.database.transact(async (tx) => {
    const locked = await tx.wallets.lock(wallet.id);
    const current = await tx.approvals.lock(approval.id);
    if (locked === null || current?.state !== 'waiting')
      return fail(domainError('approval_not_waiting', { approval: approval.id, state: current?.state ?? 'missing' }));
    if (current.prepared?.statement !== approval.prepared?.statement || current.prepared?.underRevision !== locked.policyRevision)
      return fail(
        domainError('approval_not_prepared', { approval: approval.id, problem: 'something else was prepared since; prepare again' }),
      );
    const atMs = await tx.nowMs();
    const used = await useStatement(tx, context, statementSignature, atMs);
    if (!used.ok) return used;
    await tx.approvals.move(approval.id, 'waiting', 'executing', {});
    for (const { attempt, wire, signature } of signed.value) {
      if (!(await tx.attempts.move(attempt.id, 'prepared', 'signed', { wire, signature })))
        return fail(domainError('state_conflict', { kind: 'attempt', id: attempt.id, expected: 'prepared', actual: 'something else' }));
      await tx.jobs.enqueue({ kind: 'advance-attempt', attemptId: attempt.id }, { startAfterMs: deps.limits.resendMs });
    }
    await tx.audit.append(
      [
        {
          chain: wallet.id,
          action: 'approval.approved',
          actor: `owner:${wallet.owner}`,
          subject: approval.id,
          details: { kind: approval.kind, revision: approval.policyRevision, signatures: signed.value.map(({ signature }) => signature) },
        },
      ],
      atMs,
    );
    return ok(undefined);
  });
  if (!persisted.ok) return persisted;
  const [first] = signed.value;
  if (first)
    await submitAttempt(deps, { id: first.attempt.id, walletId: wallet.id, requestId: null, wire: first.wire, signature: first.signature });
  else await finishApproval(deps, approval.id);
  return ok(undefined);
}

async function signSteps(
  deps: Dependencies,
  { wallet, attempts }: ApprovalInContext,
  consent: OwnerConsent,
): Promise<Result<readonly { readonly attempt: Attempt; readonly wire: Uint8Array; readonly signature: string }[], DomainError>> {
  const signed: { attempt: Attempt; wire: Uint8Array; signature: string }[] = [];
  for (const [index, attempt] of attempts.entries()) {
    // A wallet without spending limits is created without the owner's key: the statement is the consent.
    const needsOwner = deps.chain.signersOf(attempt.message).includes(wallet.owner);
    const owner = needsOwner ? [{ signer: wallet.owner, signature: consent.messageSignatures[index] ?? new Uint8Array() }] : [];
    const fee = await deps.keys.signWithFeeKey({ walletId: wallet.id, message: attempt.message });
    if (!fee.ok) return fee;
    const assembled = await deps.chain.assembleTransaction(attempt.message, [...fee.value, ...owner]);
    if (!assembled.ok) return assembled;
    signed.push({ attempt, ...assembled.value });
  }
  return ok(signed);
}
