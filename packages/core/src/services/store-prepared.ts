import { type DomainError, domainError } from '../domain/errors.ts';
import { makeId } from '../domain/ids.ts';
import type { Kit } from '../domain/kit.ts';
import type { Holding } from '../domain/meter.ts';
import { formatOwnerStatement, type OwnerStatement, resumeExpiryMs, type StatementHead } from '../domain/owner-statement.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { BuiltMessage } from '../ports/blockchain-adapter.ts';
import type { ITransaction } from '../ports/database.ts';
import type { Attempt } from '../ports/records.ts';
import type { Actor, Dependencies } from './dependencies.ts';
import { inForceSha256 } from './policy-in-force.ts';
import type { PreparedForOwner } from './prepare-approval.ts';
import type { ApprovalInContext } from './read-approval.ts';
import { sameRoles } from './same-roles.ts';
import { withdrawPrepared } from './withdraw-prepared.ts';

type BodyOf<Statement> = Statement extends OwnerStatement ? Omit<Statement, keyof StatementHead> : never;
/** A statement but for the lines that every statement has. */
export type StatementBody = BodyOf<OwnerStatement>;

/** What was made for the owner to sign and is not stored yet. */
export interface Material {
  /** In the order in which they land. */
  readonly messages: readonly BuiltMessage[];
  readonly kits: readonly Kit[];
  readonly body: StatementBody | null;
  readonly intent: Uint8Array | null;
  /** What the message will hold of the budgets; `null` where it moves no money. */
  readonly holding: Holding | null;
}

/**
 * Makes this what the approval is prepared for, and withdraws what was before. INVARIANT I6: it names the policy under which it was made; where
 * policy or keys changed while it was being made it is not stored.
 */
export async function storePrepared(
  deps: Dependencies,
  { approval, wallet, policy, request, inForceSha256: madeUnder }: ApprovalInContext,
  { messages, kits, body, intent, holding }: Material,
  actor: Actor,
): Promise<Result<PreparedForOwner, DomainError>> {
  return deps.database.transact(async (tx) => {
    const locked = await tx.wallets.lock(wallet.id);
    const current = await tx.approvals.lock(approval.id);
    if (locked === null || current?.state !== 'waiting')
      return fail(domainError('approval_not_waiting', { approval: approval.id, state: current?.state ?? 'missing' }));
    const underPolicySha256 = await inForceSha256(tx, wallet.id);
    if (!sameRoles(locked, wallet) || underPolicySha256 !== madeUnder)
      return fail(domainError('approval_not_prepared', { approval: approval.id, problem: 'the wallet changed meanwhile; prepare again' }));
    const atMs = await tx.nowMs();
    await withdrawPrepared(tx, approval.id, 'fresh bytes were prepared');
    const attempts = messages.map(
      ({ bytes, lastValidBlockHeight }, step): Attempt => ({
        id: makeId('attempt', atMs, deps.random.bytes(10)),
        walletId: wallet.id,
        requestId: request?.id ?? null,
        approvalId: approval.id,
        step,
        state: 'prepared',
        message: bytes,
        lastValidBlockHeight,
        wire: null,
        signature: null,
        holding,
        problem: null,
        createdAtMs: atMs,
      }),
    );
    await insertAll(tx, attempts, kits);
    const statement = body === null ? null : formatStatement(deps, body, wallet.multisig, atMs);
    const [attemptIds, kitIds] = [attempts.map(({ id }) => id), kits.map(({ id }) => id)];
    const prepared = { statement, attemptIds, kitIds, underPolicySha256, preparedAtMs: atMs };
    await tx.approvals.prepare(approval.id, prepared);
    const details = { kind: approval.kind, attempts: attemptIds, kits: kitIds };
    await tx.audit.append([{ chain: wallet.id, action: 'approval.prepared', actor, subject: approval.id, details }], atMs);
    return ok({ approval: { ...current, prepared }, wallet, policy, request, statement, attempts, kits, intent });
  });
}

async function insertAll(tx: ITransaction, attempts: readonly Attempt[], kits: readonly Kit[]): Promise<void> {
  for (const attempt of attempts) await tx.attempts.insert(attempt);
  for (const kit of kits) await tx.kits.insert(kit);
}

function formatStatement({ network, limits, random }: Dependencies, body: StatementBody, wallet: string, atMs: number): string {
  const wholeSecondMs = Math.floor((atMs + limits.statementLifetimeMs) / 1000) * 1000;
  const expiresAtMs = body.action === 'unfreeze' || body.action === 'resume-signer' ? resumeExpiryMs(atMs) : wholeSecondMs;
  return formatOwnerStatement({ ...body, network, wallet, expiresAtMs, nonce: Buffer.from(random.bytes(16)).toString('hex') });
}
