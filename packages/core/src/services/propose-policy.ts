import { type DomainError, domainError } from '../domain/errors.ts';
import { makeId, type WalletId } from '../domain/ids.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Approval, PolicyRevision } from '../ports/records.ts';
import type { Actor, Dependencies } from './dependencies.ts';
import { planPolicy } from './plan-policy.ts';

/** Proposes the next revision of a wallet's policy. It is in force when the owner has signed it, the chain holds its limits and the signer its bounds. */
export async function proposePolicy(
  deps: Dependencies,
  input: { readonly walletId: WalletId; readonly policyText: string; readonly actor: Actor },
): Promise<Result<{ readonly revision: PolicyRevision; readonly approval: Approval }, DomainError>> {
  const { walletId, policyText, actor } = input;
  const read = await deps.database.transact(async (tx) => ok(await tx.wallets.get(walletId)));
  if (!read.ok) return read;
  const wallet = read.value;
  if (wallet === null) return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
  if (wallet.policyRevision === null) return fail(domainError('wallet_not_active', { wallet: walletId, state: wallet.state }));
  const revision = wallet.policyRevision + 1;
  const planned = await planPolicy(deps, {
    walletId,
    multisig: wallet.multisig,
    owner: wallet.owner,
    agent: wallet.agent,
    revision,
    text: policyText,
  });
  if (!planned.ok) return planned;
  return deps.database.transact(async (tx) => {
    const locked = await tx.wallets.lock(walletId);
    if (locked?.policyRevision !== wallet.policyRevision)
      return fail(domainError('policy_revision_conflict', { expected: revision - 1, actual: locked?.policyRevision ?? 0 }));
    const waiting = await tx.policies.get(walletId, revision);
    if (waiting !== null)
      return fail(
        domainError('state_conflict', { kind: 'policy revision', id: String(revision), expected: 'none proposed', actual: waiting.state }),
      );
    const atMs = await tx.nowMs();
    const approval: Approval = {
      id: makeId('approval', atMs, deps.random.bytes(10)),
      walletId,
      kind: 'install_policy',
      state: 'waiting',
      requestId: null,
      policyRevision: revision,
      prepared: null,
      problem: null,
      createdAtMs: atMs,
      expiresAtMs: atMs + deps.limits.approvalLifetimeMs,
      releasesAtMs: null,
    };
    const stored = { ...planned.value, createdAtMs: atMs };
    await tx.policies.insert(stored);
    await tx.approvals.insert(approval);
    await tx.audit.append(
      [
        {
          chain: walletId,
          action: 'policy.proposed',
          actor,
          subject: approval.id,
          details: { revision, policySha256: stored.policySha256, boundsSha256: stored.boundsSha256 },
        },
      ],
      atMs,
    );
    return ok({ revision: stored, approval });
  });
}
