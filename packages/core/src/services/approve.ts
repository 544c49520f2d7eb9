import { verifyEd25519 } from '../domain/ed25519.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import { acceptedEncodings } from '../domain/off-chain-message.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Approval } from '../ports/records.ts';
import { approvePayment } from './approve-payment.ts';
import type { Dependencies } from './dependencies.ts';
import { installSignedPolicy } from './install-signed-policy.ts';
import type { OwnerConsent } from './owner-consent.ts';
import { type ApprovalInContext, readApproval } from './read-approval.ts';
import { unfreeze } from './unfreeze.ts';

/**
 * The owner consents. INVARIANT I6: the signatures are over exactly the bytes that were prepared last, under the policy revision that is
 * still in force, and are good once.
 */
export async function approve(deps: Dependencies, consent: OwnerConsent): Promise<Result<Approval, DomainError>> {
  const read = await readApproval(deps, consent.approvalId);
  if (!read.ok) return read;
  const checked = checkConsent(read.value, consent);
  if (!checked.ok) return checked;
  const { kind } = read.value.approval;
  const done =
    kind === 'approve_payment'
      ? await approvePayment(deps, read.value, consent)
      : kind === 'unfreeze'
        ? await unfreeze(deps, read.value, consent)
        : await installSignedPolicy(deps, read.value, consent);
  if (!done.ok) return done;
  const after = await readApproval(deps, consent.approvalId);
  return after.ok ? ok(after.value.approval) : after;
}

function checkConsent({ approval, wallet, attempts }: ApprovalInContext, consent: OwnerConsent): Result<void, DomainError> {
  const { prepared } = approval;
  if (approval.state !== 'waiting') return fail(domainError('approval_not_waiting', { approval: approval.id, state: approval.state }));
  const notPrepared = (problem: string): Result<void, DomainError> =>
    fail(domainError('approval_not_prepared', { approval: approval.id, problem }));
  if (prepared === null) return notPrepared('nothing was prepared to sign');
  if (attempts.length !== prepared.attemptIds.length || attempts.some(({ state }) => state !== 'prepared'))
    return notPrepared('what was prepared is no longer current; prepare again');
  if (prepared.underRevision !== wallet.policyRevision) return notPrepared('the policy changed since it was prepared; prepare again');
  if (consent.messageSignatures.length !== attempts.length)
    return fail(
      domainError('owner_signature_invalid', { what: `${consent.messageSignatures.length} signatures for ${attempts.length} messages` }),
    );
  for (const [index, attempt] of attempts.entries())
    if (!verifyEd25519(wallet.owner, attempt.message, consent.messageSignatures[index] ?? new Uint8Array()))
      return fail(domainError('owner_signature_invalid', { what: `message ${index + 1} of ${attempts.length}` }));
  const { statement } = prepared;
  const { statementSignature } = consent;
  if (statement === null)
    return statementSignature === null
      ? ok(undefined)
      : fail(domainError('owner_signature_invalid', { what: 'a statement that this approval does not have' }));
  if (statementSignature === null || !acceptedEncodings(statement).some((bytes) => verifyEd25519(wallet.owner, bytes, statementSignature)))
    return fail(domainError('owner_signature_invalid', { what: 'the statement' }));
  return ok(undefined);
}
