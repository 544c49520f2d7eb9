import { type DomainError, domainError } from '../domain/errors.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { ITransaction } from '../ports/database.ts';
import { compareWithChain } from './compare-with-chain.ts';
import type { Dependencies } from './dependencies.ts';
import { resumeKeys } from './key-records.ts';
import { lockConsent } from './lock-consent.ts';
import type { OwnerConsent } from './owner-consent.ts';
import type { ApprovalInContext } from './read-approval.ts';
import { useStatement } from './use-statement.ts';

/**
 * The owner unfreezes. INVARIANT I11: only a wallet that the chain, read at finalized, holds as the policy in force asks for; after a lockdown the
 * owner first installs the limits again. The signer resumes on the owner's own statement before the database does; if that then fails, the
 * wallet stays frozen (INVARIANT I7: every failure leaves it stopped).
 */
export async function unfreeze(
  deps: Dependencies,
  context: ApprovalInContext,
  { statementSignature }: OwnerConsent,
): Promise<Result<void, DomainError>> {
  const { approval, wallet } = context;
  const statement = approval.prepared?.statement;
  if (statementSignature === null || !statement) throw new Error('checked before');
  const refusal = unfreezeRefused(wallet);
  if (refusal !== null) return fail(refusal);
  const differences = await compareWithChain(deps, wallet);
  if (!differences.ok) return differences;
  if (differences.value.length > 0) return fail(domainError('chain_differs', { wallet: wallet.id, differences: differences.value }));
  const resumed = await deps.keys.resumeAgentKey({ walletId: wallet.id, statement, ownerSignature: statementSignature });
  if (!resumed.ok) return resumed;
  const unfrozen = await deps.database.transact(async (tx) => {
    const held = await lockConsent(tx, context);
    if (!held.ok) return held;
    const { wallet: locked, atMs } = held.value;
    const refused = unfreezeRefused(locked);
    if (refused !== null) return fail(refused);
    const used = await useStatement(tx, context, statementSignature, atMs);
    if (!used.ok) return used;
    const recalled = await recallLockdown(tx, locked);
    if (!recalled.ok) return recalled;
    await tx.approvals.move(approval.id, 'waiting', 'done', {});
    await tx.wallets.move(wallet.id, 'frozen', 'active', { frozenReason: null });
    await resumeKeys(tx, wallet.id);
    const event = { chain: wallet.id, action: 'wallet.unfrozen', actor: `owner:${wallet.owner}`, subject: approval.id, details: {} };
    await tx.audit.append([event], atMs);
    return ok(undefined);
  });
  // The signer goes back to rest, unless nobody knows whether the wallet is unfrozen by now: then the reconciler tells it.
  if (!unfrozen.ok && unfrozen.error.code !== 'database_unavailable') await deps.keys.suspendAgentKey(wallet.id);
  return unfrozen;
}

function unfreezeRefused({ id, state, policyRevision, rekeyingBy }: Wallet): DomainError | null {
  if (state !== 'frozen') return domainError('wallet_not_frozen', { wallet: id });
  if (policyRevision === null) return domainError('chain_differs', { wallet: id, differences: ['the wallet was not made to the end'] });
  return rekeyingBy === null ? null : domainError('rotation_under_way', { wallet: id, approval: rekeyingBy });
}

/** A lockdown that was called for and not sent is armed again; one that was sent cannot be called back. */
async function recallLockdown(tx: ITransaction, { id }: Wallet): Promise<Result<void, DomainError>> {
  const kits = await tx.kits.list(id, { purpose: 'lockdown', states: ['called', 'sent'] });
  if (kits.some(({ state }) => state === 'sent'))
    return fail(domainError('chain_differs', { wallet: id, differences: ['a lockdown is on its way'] }));
  for (const { id: kitId, state } of kits) if (state === 'called') await tx.kits.move(kitId, 'called', 'armed', {});
  return ok(undefined);
}
