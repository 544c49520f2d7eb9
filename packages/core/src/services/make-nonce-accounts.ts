import type { Address } from '../domain/address.ts';
import { LIVE_ATTEMPT_STATES } from '../domain/attempt-states.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import { makeId } from '../domain/ids.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { Approval, Attempt } from '../ports/records.ts';
import { lookAtAttempts } from './advance-attempts.ts';
import { type Dependencies, SERVICE } from './dependencies.ts';
import type { NonceSlots } from './nonce-slots.ts';
import { submitAttempt } from './submit-attempt.ts';

/**
 * Has the fee account make so many nonce accounts for an approval of kits; each is an attempt of the approval, so that it is persisted before it
 * is sent, sent again, watched to its end and audited as any (INVARIANT I2, I10). While one of them may still land, no other is made: rent is
 * paid once. A slot whose making failed on chain (somebody lies there) is passed over.
 */
export async function makeNonceAccounts(
  deps: Dependencies,
  wallet: Wallet,
  approval: Approval,
  free: NonceSlots['free'],
  count: number,
): Promise<Result<void, DomainError>> {
  const made = await deps.database.read(async (reader) => ok(await reader.attempts.ofApproval(approval.id)));
  if (!made.ok) return made;
  const live = made.value.filter(({ state }) => LIVE_ATTEMPT_STATES.includes(state) && state !== 'prepared');
  if (live.length > 0) {
    await look(deps, live);
    return ok(undefined);
  }
  const passedOver = made.value.filter(({ state }) => state === 'failed').length;
  const slots = free.slice(passedOver, passedOver + count);
  if (slots.length < count) return fail(domainError('kit_invalid', { problem: 'no free nonce account is left' }));
  const signed = await signCreation(deps, wallet, approval, slots);
  if (!signed.ok) return signed;
  const persisted = await persist(deps, approval, signed.value, {
    attemptsBefore: made.value.length,
    accounts: slots.map(({ address }) => address),
    authority: wallet.owner,
  });
  if (!persisted.ok || !persisted.value) return persisted.ok ? ok(undefined) : persisted;
  for (const { attempt, wire, signature } of signed.value)
    await submitAttempt(deps, { id: attempt.id, walletId: wallet.id, requestId: null, wire, signature });
  await look(
    deps,
    signed.value.map(({ attempt }) => attempt),
  );
  return ok(undefined);
}

interface SignedCreation {
  readonly attempt: Attempt;
  readonly wire: Uint8Array;
  readonly signature: string;
}

/** Signed by the fee account alone. */
async function signCreation(
  deps: Dependencies,
  { feeAccount, owner, id: walletId }: Wallet,
  approval: Approval,
  slots: NonceSlots['free'],
): Promise<Result<readonly SignedCreation[], DomainError>> {
  const built = await deps.chain.createNonceAccounts({ feeAccount, authority: owner, seeds: slots.map(({ seed }) => seed) });
  if (!built.ok) return built;
  const atMs = deps.clock.nowMs();
  const signed: SignedCreation[] = [];
  for (const [step, { bytes, lastValidBlockHeight }] of built.value.entries()) {
    const fee = await deps.keys.signWithFeeKey({ walletId, message: bytes });
    if (!fee.ok) return fee;
    const assembled = await deps.chain.assembleTransaction(bytes, fee.value);
    if (!assembled.ok) return assembled;
    const attempt: Attempt = {
      id: makeId('attempt', atMs, deps.random.bytes(10)),
      walletId,
      requestId: null,
      approvalId: approval.id,
      step,
      state: 'prepared',
      message: bytes,
      lastValidBlockHeight,
      wire: null,
      signature: null,
      holding: null,
      problem: null,
      createdAtMs: atMs,
    };
    signed.push({ attempt, ...assembled.value });
  }
  return ok(signed);
}

/** `false` when somebody else makes them, or the approval has ended. */
function persist(
  { database, limits }: Dependencies,
  { id: approvalId, walletId }: Approval,
  signed: readonly SignedCreation[],
  about: { readonly attemptsBefore: number; readonly accounts: readonly Address[]; readonly authority: Address },
): Promise<Result<boolean, DomainError>> {
  const { attemptsBefore, accounts, authority } = about;
  return database.transact(async (tx) => {
    const wallet = await tx.wallets.lock(walletId);
    const current = await tx.approvals.lock(approvalId);
    // INVARIANT I8: while the keys change nothing new is signed; afterwards it is asked again.
    if (wallet === null || wallet.rekeyingBy !== null) return ok(false);
    if (current?.state !== 'waiting' || (await tx.attempts.ofApproval(approvalId)).length !== attemptsBefore) return ok(false);
    for (const { attempt, wire, signature } of signed) {
      await tx.attempts.insert(attempt);
      await tx.attempts.move(attempt.id, 'prepared', 'signed', { wire, signature });
      await tx.jobs.enqueue({ kind: 'advance-attempt', attemptId: attempt.id }, { startAfterMs: limits.resendMs });
    }
    const details = { accounts, authority, signatures: signed.map(({ signature }) => signature) };
    const event = { chain: walletId, action: 'kit.nonce_accounts_paid', actor: SERVICE, subject: approvalId, details };
    await tx.audit.append([event], await tx.nowMs());
    return ok(true);
  });
}

/** What the job does, at once: on a chain that is quick it is done. */
async function look(deps: Dependencies, attempts: readonly Attempt[]): Promise<void> {
  await lookAtAttempts(
    deps,
    attempts.map(({ id }) => id),
  ).catch(() => undefined);
}
