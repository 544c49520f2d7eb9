import { type DomainError, domainError } from '../domain/errors.ts';
import { sha256Hex } from '../domain/hash.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { ITransaction } from '../ports/database.ts';
import { askedBy } from './decide-again.ts';
import type { Dependencies } from './dependencies.ts';
import { carryOut, type FollowUp } from './follow-decision.ts';
import type { OwnerConsent } from './owner-consent.ts';
import { type Decided, planAndDecide } from './plan-and-decide.ts';
import { sha256Of } from './policy-in-force.ts';
import type { ApprovalInContext } from './read-approval.ts';
import { recordRelease, refusedRelease, waits } from './record-release.ts';
import { type GivenStatement, readGivenStatement, useOwnerStatement } from './use-owner-statement.ts';

/**
 * The owner lets a delayed payment go before its moment: it goes as if the moment had come, decided on at the facts of now, and the agent signs
 * alone. INVARIANT I6: the statement is used up in the transaction that decides, names this request, the intent that it would still build, and
 * the document that decides. It, a veto and the release by time meet at the approval's row, and one of them wins.
 */
export async function approveDelayed(
  deps: Dependencies,
  { approval, wallet, request }: ApprovalInContext,
  { statementSignature }: Pick<OwnerConsent, 'statementSignature'>,
): Promise<Result<void, DomainError>> {
  if (request === null) throw new Error(`approval ${approval.id} is about no payment`);
  const notPrepared = (problem: string): Result<never, DomainError> =>
    fail(domainError('approval_not_prepared', { approval: approval.id, problem }));
  const text = approval.prepared?.statement ?? null;
  if (text === null || statementSignature === null) return notPrepared('no statement was prepared and signed');
  const given = readGivenStatement('approve-request', { statement: text, signature: statementSignature });
  if (!given.ok) return given;
  const intent = await deps.chain.buildIntent({ addresses: wallet, action: request.action });
  if (!intent.ok) return intent;
  const { statement } = given.value;
  if (statement.request !== request.id || statement.messageSha256 !== sha256Hex(intent.value))
    return notPrepared('it would do something else by now; prepare again');
  const released = await planAndDecide<FollowUp | null>(deps, askedBy(request), {
    delay: 'waived',
    known: async () => ok(null),
    record: (tx, decided) => recordConsent(deps, tx, { approval, request }, given.value, decided),
  });
  if (!released.ok) return released;
  if (released.value !== null) await carryOut(deps, released.value);
  return ok(undefined);
}

async function recordConsent(
  deps: Dependencies,
  tx: ITransaction,
  about: { readonly approval: ApprovalInContext['approval']; readonly request: NonNullable<ApprovalInContext['request']> },
  given: GivenStatement<'approve-request'>,
  decided: Decided,
): Promise<Result<FollowUp | null, DomainError>> {
  const { id } = about.approval;
  const { wallet, policy, decision } = decided;
  const atMs = decision.decidedAtMs;
  const current = await tx.approvals.lock(id);
  const now = await tx.requests.get(about.request.id);
  if (current === null || now === null || !waits(current, now) || atMs > current.expiresAtMs)
    return fail(domainError('approval_not_waiting', { approval: id, state: current?.state ?? 'missing' }));
  const inForce = policy && sha256Of(policy);
  if (
    current.prepared?.statement !== given.text ||
    current.prepared.underPolicySha256 !== inForce ||
    given.statement.policySha256 !== inForce
  )
    return fail(
      domainError('approval_not_prepared', {
        approval: id,
        problem: 'something else was prepared since, or the policy changed; prepare again',
      }),
    );
  const refused = refusedRelease(id, decided);
  if (refused !== null) return fail(refused);
  const used = await useOwnerStatement(tx, wallet, given, atMs);
  if (!used.ok) return used;
  const actor = `owner:${wallet.owner}`;
  const { messageSha256, policySha256 } = given.statement;
  const details = { request: now.id, messageSha256, policySha256, policyRevision: decision.policyRevision };
  await tx.audit.append([{ chain: wallet.id, action: 'approval.approved', actor, subject: id, details }], atMs);
  return ok(await recordRelease(deps, tx, { approval: current, request: now, decided, actor }));
}
