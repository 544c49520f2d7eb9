import { type DomainError, domainError } from '../domain/errors.ts';
import type { WalletId } from '../domain/ids.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Approval } from '../ports/records.ts';
import type { Actor, Dependencies } from './dependencies.ts';
import { newApproval } from './new-approval.ts';
import { openApproval } from './propose-change.ts';

/**
 * Proposes to end the agent key for good: its limits leave the chain, the signer wipes it, the wallet stays frozen until a rotation gives it another
 * key. Proposing it again gives the approval that waits.
 */
export async function proposeRevocation(
  deps: Dependencies,
  input: { readonly walletId: WalletId; readonly actor: Actor },
): Promise<Result<Approval, DomainError>> {
  const { walletId, actor } = input;
  return deps.database.transact(async (tx) => {
    const wallet = await tx.wallets.lock(walletId);
    if (wallet === null) return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
    if (wallet.policyRevision === null) return fail(domainError('wallet_not_active', { wallet: walletId, state: wallet.state }));
    const open = await openApproval(tx, walletId, 'revoke_agent_key', () => true);
    if (open !== null) return ok(open);
    const key = await tx.keys.live(walletId, 'agent');
    if (key === null)
      return fail(domainError('state_conflict', { kind: 'agent key', id: wallet.agent, expected: 'in use', actual: 'revoked' }));
    const atMs = await tx.nowMs();
    const approval = newApproval(deps, { walletId, kind: 'revoke_agent_key', policyRevision: null, change: null, atMs });
    await tx.approvals.insert(approval);
    const details = { agent: wallet.agent };
    await tx.audit.append([{ chain: walletId, action: 'key.revocation_proposed', actor, subject: approval.id, details }], atMs);
    return ok(approval);
  });
}
