import type { Address } from '../domain/address.ts';
import { verifyEd25519 } from '../domain/ed25519.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import type { KitId } from '../domain/ids.ts';
import type { Kit } from '../domain/kit.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import { checkKit } from './check-kit.ts';
import { type Dependencies, SERVICE } from './dependencies.ts';
import type { KitOnChain, LockdownPosition } from './lockdown-position.ts';
import { problemOf } from './submit-attempt.ts';

/** The label under which the signer seals the owner's signature of a kit. */
export function sealLabel(id: KitId): string {
  return `kit ${id}`;
}

/**
 * The called kits that fit what is on chain now, in the order in which to try them: the one that takes most limits away first. A transaction
 * that fails on chain uses its nonce up, so one that names a limit that is gone already is left alone.
 */
export function fittingKits({ kits, limits, wallet }: LockdownPosition): readonly Kit[] {
  const fits = ({ kit, nonce }: KitOnChain): boolean =>
    kit.state === 'called' &&
    nonce?.nonce === kit.nonce &&
    nonce.authority === wallet.owner &&
    kit.limits.every((limit: Address) => limits.has(limit));
  return kits
    .filter(fits)
    .map(({ kit }) => kit)
    .toSorted((one, other) => other.limits.length - one.limits.length || one.part - other.part);
}

/**
 * Signs a called kit for good, persists the bytes, sends them. INVARIANT I7: what the bytes do is read once more, to the last byte, right before.
 * INVARIANT I2: the signed bytes are committed before they are sent. `false` when somebody else was faster, or the owner has unfrozen the
 * wallet. Errors: `kit_invalid` and `owner_signature_invalid` when the kit can never be used; others when it cannot be used now.
 */
export async function sendLockdown(deps: Dependencies, wallet: Wallet, kit: Kit): Promise<Result<boolean, DomainError>> {
  const checked = checkKit(deps.chain, wallet, kit);
  if (!checked.ok) return checked;
  const simulated = await deps.chain.simulateTransaction(kit.message, { addresses: wallet, candidateRecipients: [], assets: [] });
  if (!simulated.ok) return simulated;
  if (!simulated.value.succeeded)
    return fail(domainError('simulation_failed', { problem: simulated.value.problem ?? 'it would fail on chain' }));
  const signed = await signKit(deps, wallet, kit);
  if (!signed.ok) return signed;
  const { wire, signature } = signed.value;
  const persisted = await deps.database.transact(async (tx) => {
    const locked = await tx.wallets.lock(wallet.id);
    if (locked?.state !== 'frozen') return ok(false);
    if (!(await tx.kits.move(kit.id, 'called', 'sent', { wire, signature }))) return ok(false);
    const details = { signature, limits: kit.limits, nonceAccount: kit.nonceAccount };
    await tx.audit.append([{ chain: wallet.id, action: 'kit.sent', actor: SERVICE, subject: kit.id, details }], await tx.nowMs());
    return ok(true);
  });
  if (!persisted.ok || !persisted.value) return persisted;
  // Whatever the node answers, only the chain's own record tells what came of it.
  await deps.chain.submitTransaction(wire);
  return ok(true);
}

async function signKit(
  { chain, keys }: Dependencies,
  wallet: Wallet,
  { id, message, sealedSignature }: Kit,
): Promise<Result<{ readonly wire: Uint8Array; readonly signature: string }, DomainError>> {
  if (sealedSignature === null) return fail(domainError('kit_invalid', { problem: 'it holds no signature of the owner' }));
  const opened = await keys.openBytes({ walletId: wallet.id, label: sealLabel(id), sealed: sealedSignature });
  if (!opened.ok)
    return opened.error.code === 'signer_refused'
      ? fail(domainError('kit_invalid', { problem: `the signer does not open its signature: ${problemOf(opened.error)}` }))
      : opened;
  if (!verifyEd25519(wallet.owner, message, opened.value))
    return fail(domainError('owner_signature_invalid', { what: 'the signature that was kept for the lockdown' }));
  const fee = await keys.signWithFeeKey({ walletId: wallet.id, message });
  if (!fee.ok) return fee;
  return chain.assembleTransaction(message, [...fee.value, { signer: wallet.owner, signature: opened.value }]);
}
