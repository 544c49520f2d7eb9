import { verifyEd25519 } from '../domain/ed25519.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import { sha256Hex } from '../domain/hash.ts';
import type { KitId } from '../domain/ids.ts';
import type { Kit } from '../domain/kit.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { ITransaction } from '../ports/database.ts';
import { checkKit } from './check-kit.ts';
import type { Dependencies } from './dependencies.ts';
import { lockConsent } from './lock-consent.ts';
import type { OwnerConsent } from './owner-consent.ts';
import { purposeOf } from './prepare-kits.ts';
import { kitsRefused } from './propose-kits.ts';
import type { ApprovalInContext } from './read-approval.ts';
import { sealLabel } from './send-lockdown.ts';

/**
 * The owner signed kits. INVARIANT I7: the bytes are read once more, and the chain still holds what they stand on. The owner's signature of a
 * lockdown is kept sealed by the signer; of a recovery kit nothing is kept but the record that it was made. What was armed before for the
 * same purpose is stale from the same transaction on.
 */
export async function armKits(deps: Dependencies, context: ApprovalInContext, consent: OwnerConsent): Promise<Result<void, DomainError>> {
  const { approval, wallet, kits } = context;
  const purpose = purposeOf(approval.kind);
  const refusal = kitsRefused(wallet, purpose);
  if (refusal !== null) return fail(refusal);
  if (kits.length === 0 || consent.messageSignatures.length !== kits.length)
    return fail(domainError('owner_signature_invalid', { what: `${consent.messageSignatures.length} signatures for ${kits.length} kits` }));
  for (const [index, kit] of kits.entries()) {
    const checked = checkKit(deps.chain, wallet, kit);
    if (!checked.ok) return checked;
    if (!verifyEd25519(wallet.owner, kit.message, consent.messageSignatures[index] ?? new Uint8Array()))
      return fail(domainError('owner_signature_invalid', { what: `kit ${index + 1} of ${kits.length}` }));
  }
  const current = await standsOnChain(deps, wallet, context);
  if (!current.ok) return current;
  const sealed = new Map<KitId, Uint8Array>();
  if (purpose === 'lockdown')
    for (const [index, { id }] of kits.entries()) {
      const bytes = consent.messageSignatures[index] ?? new Uint8Array();
      const kept = await deps.keys.sealBytes({ walletId: wallet.id, label: sealLabel(id), bytes });
      if (!kept.ok) return kept;
      sealed.set(id, kept.value);
    }
  return deps.database.transact((tx) => record(tx, context, sealed));
}

async function record(
  tx: ITransaction,
  context: ApprovalInContext,
  sealed: ReadonlyMap<KitId, Uint8Array>,
): Promise<Result<void, DomainError>> {
  const { approval, wallet, kits } = context;
  const purpose = purposeOf(approval.kind);
  const held = await lockConsent(tx, context);
  if (!held.ok) return held;
  const { wallet: locked, atMs } = held.value;
  const refusal = kitsRefused(locked, purpose);
  if (refusal !== null) return fail(refusal);
  const ids = kits.map(({ id }) => id);
  const former = await tx.kits.list(wallet.id, { purpose, states: ['armed', 'called', 'handed_out'] });
  for (const { id, state } of former) await tx.kits.move(id, state, 'stale', { problem: 'others took its place' });
  for (const { id } of kits) {
    const sealedSignature = sealed.get(id);
    const moved = await (sealedSignature === undefined
      ? tx.kits.move(id, 'waiting', 'handed_out', {})
      : tx.kits.move(id, 'waiting', 'armed', { sealedSignature }));
    if (!moved) return fail(notCurrent(approval.id));
  }
  await tx.approvals.move(approval.id, 'waiting', 'done', {});
  // A lockdown that was called for is carried out with what is armed now.
  if (former.some(({ state }) => state === 'called')) {
    for (const id of ids) await tx.kits.move(id, 'armed', 'called', {});
    await tx.jobs.enqueue({ kind: 'lock-down', walletId: wallet.id }, { startAfterMs: 0 });
  }
  const details = {
    kits: ids,
    limits: [...new Set(kits.flatMap(({ limits }) => limits))],
    nonceAccounts: kits.map(({ nonceAccount }) => nonceAccount),
    messagesSha256: kits.map(({ message }) => sha256Hex(message)),
    stale: former.map(({ id }) => id),
  };
  const action = purpose === 'lockdown' ? 'lockdown.armed' : 'recovery.handed_out';
  await tx.audit.append([{ chain: wallet.id, action, actor: `owner:${wallet.owner}`, subject: approval.id, details }], atMs);
  return ok(undefined);
}

/** The nonces are those in the messages and the limits are there: otherwise what was signed could never land. */
async function standsOnChain(
  { chain }: Dependencies,
  wallet: Wallet,
  { approval, kits }: ApprovalInContext,
): Promise<Result<void, DomainError>> {
  const nonces = await chain.readNonceAccounts(kits.map(({ nonceAccount }) => nonceAccount));
  if (!nonces.ok) return nonces;
  const found = await chain.readWallet(wallet.multisig);
  if (!found.ok) return found;
  const limits = new Set(found.value?.limits.map(({ spendingLimit }) => spendingLimit));
  const stands = (kit: Kit, index: number): boolean => {
    const nonce = nonces.value[index];
    return nonce?.nonce === kit.nonce && nonce.authority === wallet.owner && kit.limits.every((limit) => limits.has(limit));
  };
  return kits.every(stands) && found.value?.configAuthority === wallet.owner ? ok(undefined) : fail(notCurrent(approval.id));
}

function notCurrent(approval: string): DomainError {
  return domainError('approval_not_prepared', { approval, problem: 'what was prepared is no longer current; prepare again' });
}
