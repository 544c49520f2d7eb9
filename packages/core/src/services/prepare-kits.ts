import type { Address } from '../domain/address.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import { type ApprovalId, makeId } from '../domain/ids.ts';
import { type Kit, type KitPurpose, kitParts, LIVE_KIT_STATES } from '../domain/kit.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { NonceAccount } from '../ports/blockchain-adapter.ts';
import { checkKit } from './check-kit.ts';
import type { Dependencies } from './dependencies.ts';
import { differencesOnChain } from './expected-wallet.ts';
import { makeNonceAccounts } from './make-nonce-accounts.ts';
import { readNonceSlots } from './nonce-slots.ts';
import { kitsRefused, nothingToTakeAway } from './propose-kits.ts';
import type { ApprovalInContext } from './read-approval.ts';

/**
 * The messages of an `arm_lockdown` or `make_recovery_kit` approval for the owner to sign, made anew from the limits and the nonces that the chain
 * holds at finalized, as kits in `waiting` that are not stored yet. INVARIANT I7: each is read back from its bytes and proven to do nothing
 * but what a kit of its purpose may. `approval_not_prepared` while the nonce accounts are being made: prepare again.
 */
export async function prepareKits(
  deps: Dependencies,
  { approval, wallet }: Pick<ApprovalInContext, 'approval' | 'wallet'>,
): Promise<Result<readonly Kit[], DomainError>> {
  const purpose = purposeOf(approval.kind);
  const refusal = kitsRefused(wallet, purpose);
  if (refusal !== null) return fail(refusal);
  const limits = await limitsToTakeAway(deps, wallet, purpose);
  if (!limits.ok) return limits;
  const parts = kitParts(purpose, limits.value);
  if (parts.length === 0) return fail(nothingToTakeAway());
  const live = await deps.database.read(async (reader) =>
    ok(await reader.kits.list(wallet.id, { purpose: null, states: LIVE_KIT_STATES })),
  );
  if (!live.ok) return live;
  let slots = await readNonceSlots(deps.chain, wallet, purpose, live.value, parts.length);
  if (slots.ok && slots.value.ready.length < parts.length) {
    const made = await makeNonceAccounts(deps, wallet, approval, slots.value.free, parts.length - slots.value.ready.length);
    if (!made.ok) return made;
    slots = await readNonceSlots(deps.chain, wallet, purpose, live.value, parts.length);
  }
  if (!slots.ok) return slots;
  const { ready } = slots.value;
  if (ready.length < parts.length)
    return fail(
      domainError('approval_not_prepared', {
        approval: approval.id,
        problem: 'its nonce accounts are being made; prepare again in a moment',
      }),
    );
  return makeKits(deps, wallet, approval.id, purpose, parts, ready);
}

export function purposeOf(kind: string): KitPurpose {
  if (kind === 'arm_lockdown') return 'lockdown';
  if (kind === 'make_recovery_kit') return 'recovery';
  throw new Error(`${kind} is about no kits`);
}

/** Only what is there as the owner signed it: kits for a chain that differs would be made on a wrong belief. */
async function limitsToTakeAway(deps: Dependencies, wallet: Wallet, purpose: KitPurpose): Promise<Result<readonly Address[], DomainError>> {
  const found = await deps.chain.readWallet(wallet.multisig);
  if (!found.ok) return found;
  const revision = await deps.database.read(async (reader) => ok(await reader.policies.active(wallet.id)));
  if (!revision.ok) return revision;
  const differences =
    found.value === null || revision.value === null
      ? ['the multisig account does not exist']
      : differencesOnChain(wallet, revision.value.limits, found.value);
  if (differences.length > 0) return fail(domainError('chain_differs', { wallet: wallet.id, differences }));
  return ok(purpose === 'recovery' ? [] : (revision.value?.limits.map(({ spendingLimit }) => spendingLimit) ?? []));
}

async function makeKits(
  deps: Dependencies,
  wallet: Wallet,
  approvalId: ApprovalId,
  purpose: KitPurpose,
  parts: readonly (readonly Address[])[],
  nonces: readonly NonceAccount[],
): Promise<Result<readonly Kit[], DomainError>> {
  const kits: Kit[] = [];
  const nowMs = deps.clock.nowMs();
  for (const [index, limits] of parts.entries()) {
    const nonce = nonces[index];
    if (!nonce) throw new Error('one nonce a kit');
    const built = await buildKit(deps, wallet, purpose, limits, nonce);
    // So many limits that one transaction does not hold them all: those for each do.
    if (!built.ok && built.error.code === 'message_too_large' && limits.length > 1) continue;
    if (!built.ok) return built;
    const kit: Kit = {
      id: makeId('kit', nowMs, deps.random.bytes(10)),
      walletId: wallet.id,
      approvalId,
      purpose,
      part: kits.length,
      state: 'waiting',
      nonceAccount: nonce.address,
      nonce: nonce.nonce,
      limits,
      message: built.value,
      sealedSignature: null,
      wire: null,
      signature: null,
      problem: null,
      createdAtMs: nowMs,
    };
    const checked = checkKit(deps.chain, wallet, kit);
    if (!checked.ok) return checked;
    kits.push(kit);
  }
  return ok(kits);
}

async function buildKit(
  { chain }: Dependencies,
  wallet: Wallet,
  purpose: KitPurpose,
  limits: readonly Address[],
  nonce: NonceAccount,
): Promise<Result<Uint8Array, DomainError>> {
  if (purpose === 'lockdown') return chain.buildLockdown({ addresses: wallet, nonce, limits });
  if (wallet.recovery === null) return fail(domainError('recovery_key_missing', { wallet: wallet.id }));
  return chain.buildHandOver({ addresses: wallet, nonce, recovery: wallet.recovery });
}
