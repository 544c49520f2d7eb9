import { type DomainError, domainError } from '../domain/errors.ts';
import { holdingOf } from '../domain/holding.ts';
import { type ApprovalId, makeId } from '../domain/ids.ts';
import type { Holding } from '../domain/meter.ts';
import { formatOwnerStatement, resumeExpiryMs } from '../domain/owner-statement.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { BuiltMessage } from '../ports/blockchain-adapter.ts';
import type { Approval, Attempt, PolicyRevision, TransactionRequest } from '../ports/records.ts';
import type { Actor, Dependencies } from './dependencies.ts';
import { voidApproval } from './end-approval.ts';
import { judgeCountersigned } from './judge-countersigned.ts';
import { readApproval } from './read-approval.ts';

/** Everything that the owner needs to see, check and sign. The bytes are the truth; the rest is for finding one's way. */
export interface PreparedForOwner {
  readonly approval: Approval;
  readonly wallet: Wallet;
  readonly policy: PolicyRevision | null;
  readonly request: TransactionRequest | null;
  readonly statement: string | null;
  readonly attempts: readonly Attempt[];
}

/**
 * Makes the exact bytes for the owner to sign, with a fresh blockhash: what was prepared before is withdrawn. A payment is judged as it will
 * be at execution, so that the owner is not asked to sign what would be refused.
 */
export async function prepareApproval(
  deps: Dependencies,
  input: { readonly approvalId: ApprovalId; readonly actor: Actor },
): Promise<Result<PreparedForOwner, DomainError>> {
  const { approvalId, actor } = input;
  const read = await readApproval(deps, approvalId);
  if (!read.ok) return read;
  const { approval, wallet, policy, request } = read.value;
  if (approval.state !== 'waiting') return fail(domainError('approval_not_waiting', { approval: approvalId, state: approval.state }));
  const messages = await buildMessages(deps, approval, wallet, policy, request);
  if (!messages.ok) return refuse(deps, approvalId, messages.error);
  const holding = request === null ? ok(null) : await judgeAndHold(deps, approval, wallet, request, messages.value);
  if (!holding.ok) return refuse(deps, approvalId, holding.error);
  return deps.database.transact(async (tx) => {
    await tx.wallets.lock(wallet.id);
    const current = await tx.approvals.lock(approvalId);
    if (current?.state !== 'waiting')
      return fail(domainError('approval_not_waiting', { approval: approvalId, state: current?.state ?? 'missing' }));
    const atMs = await tx.nowMs();
    for (const old of await tx.attempts.ofApproval(approvalId))
      if (old.state === 'prepared') await tx.attempts.move(old.id, 'prepared', 'withdrawn', { problem: 'fresh bytes were prepared' });
    const attempts = messages.value.map(
      ({ bytes, lastValidBlockHeight }, step): Attempt => ({
        id: makeId('attempt', atMs, deps.random.bytes(10)),
        walletId: wallet.id,
        requestId: request?.id ?? null,
        approvalId,
        step,
        state: 'prepared',
        message: bytes,
        lastValidBlockHeight,
        wire: null,
        signature: null,
        holding: holding.value,
        problem: null,
        createdAtMs: atMs,
      }),
    );
    for (const attempt of attempts) await tx.attempts.insert(attempt);
    const statement = statementFor(deps, approval, wallet, policy, atMs);
    const inForce = await tx.wallets.get(wallet.id);
    const prepared = {
      statement,
      attemptIds: attempts.map(({ id }) => id),
      underRevision: inForce?.policyRevision ?? null,
      preparedAtMs: atMs,
    };
    await tx.approvals.prepare(approvalId, prepared);
    await tx.audit.append(
      [
        {
          chain: wallet.id,
          action: 'approval.prepared',
          actor,
          subject: approvalId,
          details: { kind: approval.kind, attempts: prepared.attemptIds },
        },
      ],
      atMs,
    );
    return ok({ approval: { ...current, prepared }, wallet, policy, request, statement, attempts });
  });
}

/** INVARIANT I6: where the accounts that were decided on are no longer the ones that would be used, it has to be asked for anew. */
async function refuse(deps: Dependencies, approvalId: ApprovalId, error: DomainError): Promise<Result<never, DomainError>> {
  if (error.code === 'lookup_changed') await voidApproval(deps, approvalId, 'a lookup table changed since it was asked for');
  return fail(error);
}

/** Judges the exact bytes as they will be judged at execution, and says what they will hold of the budgets. */
async function judgeAndHold(
  deps: Dependencies,
  approval: Approval,
  wallet: Wallet,
  request: TransactionRequest,
  messages: readonly BuiltMessage[],
): Promise<Result<Holding, DomainError>> {
  const [message] = messages;
  if (!message) throw new Error('a request has one message');
  const judged = await judgeCountersigned(deps, approval, wallet, request, message.bytes);
  if (!judged.ok) return judged;
  const { effects, simulation, policyInForce } = judged.value;
  return ok(holdingOf({ effects, simulation, policy: policyInForce.rules, addresses: wallet, alone: false }));
}

async function buildMessages(
  deps: Dependencies,
  approval: Approval,
  wallet: Wallet,
  policy: PolicyRevision | null,
  request: TransactionRequest | null,
): Promise<Result<readonly BuiltMessage[], DomainError>> {
  const { chain } = deps;
  switch (approval.kind) {
    case 'unfreeze':
      return ok([]);
    case 'approve_payment': {
      if (request === null) throw new Error(`approval ${approval.id} is about no request`);
      const { action } = request;
      // A payment that the agent could have made alone has no intent yet; the payment itself fixes it.
      const intent = request.intent === null ? await chain.buildIntent({ addresses: wallet, action }) : ok(request.intent);
      if (!intent.ok) return intent;
      const built = await chain.buildTransaction({ route: 'countersigned', addresses: wallet, action, intent: intent.value });
      return built.ok ? ok([built.value]) : built;
    }
    case 'create_wallet':
    case 'install_policy': {
      // It was ended while it was being read: its revision is void.
      if (policy === null) return fail(domainError('approval_not_waiting', { approval: approval.id, state: 'void' }));
      const found = await chain.readWallet(wallet.multisig);
      if (!found.ok) return found;
      if (found.value === null)
        return chain.createSmartWallet({ addresses: wallet, timeLockSeconds: wallet.timeLockSeconds, limits: policy.limits });
      const there = found.value.limits.map(({ spendingLimit }) => spendingLimit);
      return chain.replaceSpendingLimits({
        addresses: wallet,
        remove: there.filter((address) => !policy.limits.some(({ spendingLimit }) => spendingLimit === address)),
        add: policy.limits.filter(({ spendingLimit }) => !there.includes(spendingLimit)),
      });
    }
  }
}

function statementFor(deps: Dependencies, approval: Approval, wallet: Wallet, policy: PolicyRevision | null, atMs: number): string | null {
  const head = {
    network: deps.network,
    wallet: wallet.multisig,
    expiresAtMs: Math.floor((atMs + deps.limits.statementLifetimeMs) / 1000) * 1000,
    nonce: Buffer.from(deps.random.bytes(16)).toString('hex'),
  };
  if (approval.kind === 'approve_payment') return null;
  if (approval.kind === 'unfreeze') return formatOwnerStatement({ action: 'unfreeze', ...head, expiresAtMs: resumeExpiryMs(atMs) });
  if (policy === null) throw new Error(`approval ${approval.id} is about no policy`);
  return formatOwnerStatement({
    action: 'install-policy',
    revision: policy.revision,
    policySha256: policy.policySha256,
    boundsSha256: policy.boundsSha256,
    ...head,
  });
}
