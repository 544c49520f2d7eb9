import type { Address } from '../domain/address.ts';
import type { ApprovalKind } from '../domain/approval-states.ts';
import { verifyEd25519 } from '../domain/ed25519.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import { acceptedEncodings } from '../domain/off-chain-message.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { consentKeyOf } from '../domain/wallet-change.ts';
import type { Signature } from '../ports/key-management-service.ts';
import type { OwnerConsent } from './owner-consent.ts';
import type { ApprovalInContext } from './read-approval.ts';

/** Kinds by which money would move; a frozen wallet's owner unfreezes first (INVARIANT I7). */
const PAYING_KINDS: readonly ApprovalKind[] = ['approve_payment'];

/**
 * INVARIANT I6: the signatures are over exactly the bytes that were prepared last, under the policy still in force, by the key whose consent it
 * takes: the owner's, or the recovery key's where the approval says so; and the new owner's where there is one. Nothing more and nothing less.
 * What is checked here is looked at again under the wallet's lock (`lockConsent`).
 */
export function checkConsent(context: ApprovalInContext, consent: OwnerConsent): Result<void, DomainError> {
  const current = checkCurrent(context);
  if (!current.ok) return current;
  const { approval, wallet } = context;
  const key = consentKeyOf(wallet, approval.change);
  if (key === null) return fail(domainError('recovery_key_missing', { wallet: wallet.id }));
  const messages = [...context.attempts, ...context.kits].map(({ message }) => message);
  const { messageSignatures } = consent;
  if (messageSignatures.length !== messages.length)
    return invalid(`${messageSignatures.length} signatures for ${messages.length} messages`);
  for (const [index, message] of messages.entries())
    if (!verifyEd25519(key, message, messageSignatures[index] ?? new Uint8Array()))
      return invalid(`message ${index + 1} of ${messages.length}`);
  return checkStatement(context, key, consent);
}

function checkCurrent({ approval, wallet, attempts, kits, inForceSha256 }: ApprovalInContext): Result<void, DomainError> {
  const { id, prepared, state, kind } = approval;
  if (state !== 'waiting') return fail(domainError('approval_not_waiting', { approval: id, state }));
  if (PAYING_KINDS.includes(kind) && wallet.state !== 'active')
    return fail(domainError('wallet_not_active', { wallet: wallet.id, state: wallet.state }));
  if (wallet.rekeyingBy !== null && wallet.rekeyingBy !== id)
    return fail(domainError('rotation_under_way', { wallet: wallet.id, approval: wallet.rekeyingBy }));
  const notPrepared = (problem: string): Result<void, DomainError> => fail(domainError('approval_not_prepared', { approval: id, problem }));
  if (prepared === null) return notPrepared('nothing was prepared to sign');
  const whole =
    attempts.length === prepared.attemptIds.length &&
    kits.length === prepared.kitIds.length &&
    [...attempts, ...kits].every((each) => each.state === 'prepared' || each.state === 'waiting');
  if (!whole) return notPrepared('what was prepared is no longer current; prepare again');
  if (prepared.underPolicySha256 !== inForceSha256) return notPrepared('the policy changed since it was prepared; prepare again');
  return ok(undefined);
}

function checkStatement(
  { approval }: ApprovalInContext,
  key: Address,
  { statementSignature, newOwnerSignature }: OwnerConsent,
): Result<void, DomainError> {
  const statement = approval.prepared?.statement ?? null;
  const newOwner = approval.change?.owner ?? null;
  if (statement === null && statementSignature !== null) return invalid('a statement that this approval does not have');
  if (statement !== null && !signedBy(key, statement, statementSignature)) return invalid('the statement');
  if (newOwner === null && newOwnerSignature !== null) return invalid('a new owner that this approval does not have');
  if (newOwner !== null && (statement === null || !signedBy(newOwner, statement, newOwnerSignature)))
    return invalid(`the statement, by the new owner ${newOwner}`);
  return ok(undefined);
}

/** Over the bare text or over its off-chain wrapper. */
function signedBy(key: Address, statement: string, signature: Signature | null): boolean {
  return signature !== null && acceptedEncodings(statement).some((bytes) => verifyEd25519(key, bytes, signature));
}

function invalid(what: string): Result<void, DomainError> {
  return fail(domainError('owner_signature_invalid', { what }));
}
