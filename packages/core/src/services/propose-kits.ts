import { type DomainError, domainError } from '../domain/errors.ts';
import type { WalletId } from '../domain/ids.ts';
import { KIT_APPROVAL, type KitPurpose, kitParts, LIVE_KIT_STATES } from '../domain/kit.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { IReader } from '../ports/database.ts';
import type { Approval } from '../ports/records.ts';
import type { Actor, Dependencies } from './dependencies.ts';
import { makeNonceAccounts } from './make-nonce-accounts.ts';
import { newApproval } from './new-approval.ts';
import { readNonceSlots } from './nonce-slots.ts';

/**
 * Asks the owner to sign kits ahead of need, and has the nonce accounts for them made, at the fee account's cost. One that waits already is given
 * back. Until the nonce accounts are finalized, preparing the approval answers `approval_not_prepared`; asking again is safe at any time.
 */
export async function proposeKits(
  deps: Dependencies,
  input: { readonly walletId: WalletId; readonly purpose: KitPurpose; readonly actor: Actor },
): Promise<Result<Approval, DomainError>> {
  const { walletId, purpose, actor } = input;
  const proposed = await deps.database.transact(async (tx) => {
    const wallet = await tx.wallets.lock(walletId);
    if (wallet === null) return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
    const needed = await kitsNeeded(tx, wallet, purpose);
    if (!needed.ok) return needed;
    const kind = KIT_APPROVAL[purpose];
    const [waiting] = await tx.approvals.list({ walletId, state: 'waiting', kind }, { limit: 1, cursor: null });
    if (waiting) return ok({ wallet, approval: waiting, needed: needed.value });
    const atMs = await tx.nowMs();
    const approval = newApproval(deps, { walletId, kind, policyRevision: wallet.policyRevision, change: null, atMs });
    await tx.approvals.insert(approval);
    await tx.audit.append([{ chain: walletId, action: 'kit.proposed', actor, subject: approval.id, details: { purpose } }], atMs);
    return ok({ wallet, approval, needed: needed.value });
  });
  if (!proposed.ok) return proposed;
  const { wallet, approval, needed } = proposed.value;
  const live = await deps.database.read(async (reader) => ok(await reader.kits.list(walletId, { purpose: null, states: LIVE_KIT_STATES })));
  if (!live.ok) return live;
  const slots = await readNonceSlots(deps.chain, wallet, purpose, live.value, needed);
  if (!slots.ok) return slots;
  const missing = needed - slots.value.ready.length;
  if (missing > 0) {
    const made = await makeNonceAccounts(deps, wallet, approval, slots.value.free, missing);
    if (!made.ok) return made;
  }
  return ok(approval);
}

/** How many transactions the owner would sign, by what is in force. */
async function kitsNeeded(reader: Pick<IReader, 'policies'>, wallet: Wallet, purpose: KitPurpose): Promise<Result<number, DomainError>> {
  const refusal = kitsRefused(wallet, purpose);
  if (refusal !== null) return fail(refusal);
  const revision = await reader.policies.active(wallet.id);
  const parts = kitParts(purpose, revision?.limits.map(({ spendingLimit }) => spendingLimit) ?? []);
  return parts.length === 0 ? fail(nothingToTakeAway()) : ok(parts.length);
}

/** Why no kits can be made for a wallet as it is; `null` when they can. */
export function kitsRefused(wallet: Wallet, purpose: KitPurpose): DomainError | null {
  const { id, state, policyRevision, rekeyingBy, recovery } = wallet;
  if ((state !== 'active' && state !== 'frozen') || policyRevision === null) return domainError('wallet_not_active', { wallet: id, state });
  if (rekeyingBy !== null) return domainError('rotation_under_way', { wallet: id, approval: rekeyingBy });
  return purpose === 'recovery' && recovery === null ? domainError('recovery_key_missing', { wallet: id }) : null;
}

export function nothingToTakeAway(): DomainError {
  return domainError('kit_invalid', { problem: 'the agent has no spending limit on chain; there is nothing to take away' });
}
