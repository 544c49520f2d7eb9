import type { Address } from '../domain/address.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import { consentKeyOf, REKEYING_KINDS } from '../domain/wallet-change.ts';
import type { ITransaction } from '../ports/database.ts';
import type { Signature } from '../ports/key-management-service.ts';
import type { Attempt } from '../ports/records.ts';
import type { Dependencies } from './dependencies.ts';
import { finishApproval } from './finish-approval.ts';
import { freezeUnderLock, tellOfFreeze } from './freeze-wallet.ts';
import { beginRotation } from './key-records.ts';
import { lockConsent } from './lock-consent.ts';
import type { OwnerConsent } from './owner-consent.ts';
import type { ApprovalInContext } from './read-approval.ts';
import { problemOf, submitAttempt } from './submit-attempt.ts';
import { useStatement } from './use-statement.ts';

interface PartlySigned {
  readonly attempt: Attempt;
  readonly signatures: readonly { readonly signer: Address; readonly signature: Signature }[];
}

/**
 * The owner signed a change of the wallet's settings: a creation, a policy, a rotation, a replacement, a revocation. All signed bytes are persisted
 * in the transaction that uses the statement up; then the first is sent, and each next one when the one before it is finalized (INVARIANT I2).
 * From that transaction on nothing new is signed for a wallet whose keys change, until the chain was read back.
 */
export async function carryOutSettings(
  deps: Dependencies,
  context: ApprovalInContext,
  consent: OwnerConsent,
): Promise<Result<void, DomainError>> {
  const { approval, wallet } = context;
  const signed = await signWithout(deps, context, consent);
  if (!signed.ok) return signed;
  const persisted = await deps.database.transact((tx) => persist(deps, tx, context, consent, signed.value));
  if (!persisted.ok) return persisted;
  const { wires, froze } = persisted.value;
  if (froze) await tellOfFreeze(deps, wallet.id, REVOKING);
  const [first] = wires;
  if (first) await submitAttempt(deps, { ...first, walletId: wallet.id, requestId: null });
  else await finishApproval(deps, approval.id);
  return ok(undefined);
}

/** The owner's signatures and the fee account's; the agent's, where it cancels proposals, comes last and under the lock. */
async function signWithout(
  deps: Dependencies,
  { approval, wallet, attempts }: ApprovalInContext,
  { messageSignatures }: OwnerConsent,
): Promise<Result<readonly PartlySigned[], DomainError>> {
  const key = consentKeyOf(wallet, approval.change);
  const signed: PartlySigned[] = [];
  for (const [index, attempt] of attempts.entries()) {
    // A wallet without spending limits is created without the owner's key: the statement is the consent.
    const signature = messageSignatures[index];
    const needed = key !== null && signature !== undefined && deps.chain.signersOf(attempt.message).includes(key);
    const owner = needed ? [{ signer: key, signature }] : [];
    const fee = await deps.keys.signWithFeeKey({ walletId: wallet.id, message: attempt.message });
    if (!fee.ok) return fee;
    signed.push({ attempt, signatures: [...fee.value, ...owner] });
  }
  return ok(signed);
}

interface Persisted {
  readonly wires: readonly { readonly id: Attempt['id']; readonly wire: Uint8Array; readonly signature: string }[];
  /** Whether the wallet was frozen for it. */
  readonly froze: boolean;
}

const REVOKING = 'the owner revokes the agent key';

async function persist(
  deps: Dependencies,
  tx: ITransaction,
  context: ApprovalInContext,
  consent: OwnerConsent,
  signed: readonly PartlySigned[],
): Promise<Result<Persisted, DomainError>> {
  const { approval } = context;
  const held = await lockConsent(tx, context);
  if (!held.ok) return held;
  const { wallet, atMs } = held.value;
  if (consent.statementSignature === null) throw new Error('checked before');
  const used = await useStatement(tx, context, consent.statementSignature, atMs, consent.newOwnerSignature);
  if (!used.ok) return used;
  const wires: Persisted['wires'][number][] = [];
  for (const step of signed) {
    const complete = await completeWithAgent(deps, tx, wallet, step, atMs);
    if (!complete.ok) return complete;
    const { id } = step.attempt;
    const { wire, signature } = complete.value;
    if (!(await tx.attempts.move(id, 'prepared', 'signed', { wire, signature })))
      return fail(domainError('state_conflict', { kind: 'attempt', id, expected: 'prepared', actual: 'something else' }));
    await tx.jobs.enqueue({ kind: 'advance-attempt', attemptId: id }, { startAfterMs: deps.limits.resendMs, urgent: true });
    wires.push({ id, wire, signature });
  }
  await tx.approvals.move(approval.id, 'waiting', 'executing', {});
  const { kind, change, policyRevision: revision } = approval;
  const actor = `${change?.consentOf ?? 'owner'}:${consentKeyOf(wallet, change) ?? ''}`;
  const froze = await begin(tx, context, wallet, { actor, atMs });
  const details = { kind, revision, signatures: wires.map(({ signature }) => signature) };
  await tx.audit.append([{ chain: wallet.id, action: 'approval.approved', actor, subject: approval.id, details }], atMs);
  return ok({ wires, froze });
}

/** From here on the wallet's keys are changing. Says whether the wallet was frozen for it. */
async function begin(
  tx: ITransaction,
  { approval }: ApprovalInContext,
  wallet: Wallet,
  { actor, atMs }: { readonly actor: string; readonly atMs: number },
): Promise<boolean> {
  if (!REKEYING_KINDS.includes(approval.kind)) return false;
  if (wallet.rekeyingBy === null) await tx.wallets.setRekeying(wallet.id, null, approval.id);
  if (approval.kind === 'rotate_agent_key') await beginRotation(tx, wallet, approval.id, atMs);
  if (approval.kind !== 'revoke_agent_key' || wallet.state !== 'active') return false;
  await freezeUnderLock(tx, wallet, { reason: REVOKING, actor, atMs });
  return true;
}

/**
 * Adds the agent's signature where the message needs it: a cancelling of proposals, which gives no right and moves nothing. The row lock is held, so
 * that its receipt is kept in the order in which it was made.
 */
async function completeWithAgent(
  deps: Dependencies,
  tx: ITransaction,
  wallet: Wallet,
  { attempt, signatures }: PartlySigned,
  atMs: number,
): Promise<Result<{ readonly wire: Uint8Array; readonly signature: string }, DomainError>> {
  const { message } = attempt;
  if (!deps.chain.signersOf(message).includes(wallet.agent)) return deps.chain.assembleTransaction(message, signatures);
  const agent = await deps.keys.signWithAgentKey({ walletId: wallet.id, message, kind: 'step_back' });
  if (!agent.ok && agent.error.code === 'signer_refused')
    return fail(
      domainError('not_drained', {
        wallet: wallet.id,
        problem: `the agent's signer does not cancel the approved proposals (${problemOf(agent.error)}); execute them with the owner key, or take the money out with it`,
      }),
    );
  if (!agent.ok) return agent;
  await tx.receipts.append(wallet.id, wallet.agent, agent.value.receipt, atMs);
  return deps.chain.assembleTransaction(message, [...signatures, { signer: wallet.agent, signature: agent.value.signature }]);
}
