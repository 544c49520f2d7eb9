import { type DomainError, domainError } from '../domain/errors.ts';
import { type ApprovalId, makeId } from '../domain/ids.ts';
import { formatOwnerStatement, resumeExpiryMs } from '../domain/owner-statement.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { BuiltMessage } from '../ports/blockchain-adapter.ts';
import type { Approval, Attempt, PolicyRevision, TransactionRequest } from '../ports/records.ts';
import type { Actor, Dependencies } from './dependencies.ts';
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
  if (!messages.ok) return messages;
  if (request !== null) {
    const [message] = messages.value;
    if (!message) throw new Error('a payment has one message');
    const judged = await judgeCountersigned(deps, approval, wallet, request, message.bytes);
    if (!judged.ok) return judged;
  }
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
        outflow: request === null ? null : { asset: request.payment.asset, amount: request.payment.amount, route: 'countersigned' },
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
      if (request?.intent == null) throw new Error(`approval ${approval.id} is about no payment`);
      const built = await chain.buildTransaction({
        route: 'countersigned',
        addresses: wallet,
        payment: request.payment,
        intent: request.intent,
      });
      return built.ok ? ok([built.value]) : built;
    }
    case 'create_wallet':
    case 'install_policy': {
      if (policy === null) throw new Error(`approval ${approval.id} is about no policy`);
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
