import { type DomainError, domainError } from '../domain/errors.ts';
import { sha256Hex } from '../domain/hash.ts';
import type { AttemptId, RequestId, WalletId } from '../domain/ids.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { ITransaction } from '../ports/database.ts';
import type { Signature } from '../ports/key-management-service.ts';
import type { Attempt } from '../ports/records.ts';
import { type Dependencies, SERVICE } from './dependencies.ts';

/** An attempt whose signed bytes are persisted, so that they may be sent. */
export interface SignedAttempt {
  readonly id: AttemptId;
  readonly walletId: WalletId;
  readonly requestId: RequestId | null;
  readonly wire: Uint8Array;
  readonly signature: string;
}

/**
 * Has the signer sign an attempt's persisted bytes and persists what comes back. The wallet's row lock is shared meanwhile, so that a freeze
 * commits either before (and nothing is signed) or after (INVARIANT I7). Asking again for the same bytes gives the same signature.
 * On `signer_refused` the attempt is withdrawn by the job once its bytes provably cannot land.
 */
export async function signAttempt(
  deps: Dependencies,
  { id: attemptId, walletId }: Pick<Attempt, 'id' | 'walletId'>,
  ownerSignature: Signature | null = null,
): Promise<Result<SignedAttempt, DomainError>> {
  return deps.database.transact(async (tx) => {
    const [wallet, attempt, atMs] = await Promise.all([tx.wallets.lockShared(walletId), tx.attempts.get(attemptId), tx.nowMs()]);
    if (attempt?.walletId !== walletId) return fail(domainError('not_found', { kind: 'attempt', id: attemptId }));
    if (wallet?.state !== 'active') return fail(domainError('wallet_not_active', { wallet: walletId, state: wallet?.state ?? 'missing' }));
    // INVARIANT I8: between the old keys and the new ones nothing new is signed.
    if (wallet.rekeyingBy !== null) return fail(domainError('rotation_under_way', { wallet: walletId, approval: wallet.rekeyingBy }));
    if (attempt.state !== 'prepared')
      return fail(domainError('state_conflict', { kind: 'attempt', id: attemptId, expected: 'prepared', actual: attempt.state }));
    return signUnderLock(deps, tx, wallet, attempt, ownerSignature, atMs);
  });
}

async function signUnderLock(
  deps: Dependencies,
  tx: ITransaction,
  wallet: Wallet,
  { id, requestId, message }: Attempt,
  ownerSignature: Signature | null,
  atMs: number,
): Promise<Result<SignedAttempt, DomainError>> {
  const walletId = wallet.id;
  const [fee, agent] = await Promise.all([
    deps.keys.signWithFeeKey({ walletId, message }),
    ownerSignature === null
      ? deps.keys.signWithAgentKey({ walletId, message, kind: 'spend' })
      : deps.keys.signWithAgentKey({ walletId, message, kind: 'with_owner', ownerSignature }),
  ]);
  if (!fee.ok) return fee;
  if (!agent.ok) return agent;
  const signatures = [
    ...fee.value,
    { signer: wallet.agent, signature: agent.value.signature },
    ...(ownerSignature === null ? [] : [{ signer: wallet.owner, signature: ownerSignature }]),
  ];
  const assembled = await deps.chain.assembleTransaction(message, signatures);
  if (!assembled.ok) return assembled;
  const { wire, signature } = assembled.value;
  const [attemptMoved, requestMoved] = await Promise.all([
    tx.attempts.move(id, 'prepared', 'signed', { wire, signature }),
    requestId === null || tx.requests.move(requestId, 'approved', 'signed', { atMs, signature }),
    tx.receipts.append(walletId, wallet.agent, agent.value.receipt, atMs),
    tx.audit.hold(walletId),
  ]);
  if (!attemptMoved || !requestMoved)
    return fail(
      domainError('state_conflict', { kind: 'attempt', id, expected: 'prepared, of an approved request', actual: 'something else' }),
    );
  const details = { request: requestId, signature, messageSha256: sha256Hex(message) };
  await tx.audit.append([{ chain: walletId, action: 'attempt.signed', actor: SERVICE, subject: id, details }], atMs);
  return ok({ id, walletId, requestId, wire, signature });
}
