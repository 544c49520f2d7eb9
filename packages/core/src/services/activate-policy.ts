import { ok } from '../domain/result.ts';
import type { Approval } from '../ports/records.ts';
import { type Dependencies, SERVICE } from './dependencies.ts';
import { differencesOnChain } from './expected-wallet.ts';
import { handBack } from './hand-back.ts';
import { problemOf } from './submit-attempt.ts';

/**
 * The last steps of a policy revision, the first one of a new wallet too: read the wallet back at finalized and compare it with exactly what
 * was asked (INVARIANT I8), have the signer install the owner-signed bounds, then bring the revision into force. Each step can run again.
 */
export async function activatePolicy(deps: Dependencies, approval: Approval): Promise<'finished' | 'unfinished'> {
  const { walletId, policyRevision } = approval;
  if (policyRevision === null) return 'finished';
  const read = await deps.database.transact(async (tx) =>
    ok({
      wallet: await tx.wallets.get(walletId),
      policy: await tx.policies.get(walletId, policyRevision),
      statement: await tx.statements.ofRevision(walletId, policyRevision),
    }),
  );
  if (!read.ok || read.value.wallet === null || read.value.policy === null || read.value.statement === null) return 'unfinished';
  const { wallet, policy, statement } = read.value;
  const found = await deps.chain.readWallet(wallet.multisig);
  if (!found.ok) return 'unfinished';
  const differences =
    found.value === null ? ['the multisig account does not exist'] : differencesOnChain(wallet, policy.limits, found.value);
  if (differences.length > 0) return note(deps, approval, `the chain differs from what was asked: ${differences.join('; ')}`);
  const installed = await deps.keys.installBounds({
    walletId,
    statement: statement.text,
    ownerSignature: statement.signature,
    bounds: policy.bounds,
  });
  // The signer's no is final for this statement (it may have expired meanwhile): the owner signs another.
  if (!installed.ok && installed.error.code === 'signer_refused')
    return handBack(deps, approval, `the signer refused the bounds: ${problemOf(installed.error)}; prepare and sign again`);
  if (!installed.ok) return note(deps, approval, `the signer did not install the bounds: ${problemOf(installed.error)}`);
  const activated = await deps.database.transact(async (tx) => {
    const locked = await tx.wallets.lock(walletId);
    const current = await tx.approvals.lock(approval.id);
    if (locked === null || current?.state !== 'executing') return ok(undefined);
    const atMs = await tx.nowMs();
    if (locked.policyRevision !== null) await tx.policies.move(walletId, locked.policyRevision, 'active', 'superseded', atMs);
    await tx.policies.move(walletId, policyRevision, 'proposed', 'active', atMs);
    await tx.wallets.setPolicyRevision(walletId, locked.policyRevision, policyRevision);
    if (locked.state === 'creating') await tx.wallets.move(walletId, 'creating', 'active', { frozenReason: null });
    await tx.approvals.move(approval.id, 'executing', 'done', {});
    await tx.audit.append(
      [
        {
          chain: walletId,
          action: 'policy.activated',
          actor: SERVICE,
          subject: approval.id,
          details: { revision: policyRevision, policySha256: policy.policySha256, boundsSha256: policy.boundsSha256 },
        },
      ],
      atMs,
    );
    return ok(undefined);
  });
  return activated.ok ? 'finished' : 'unfinished';
}

/** Keeps trying, and says meanwhile what is in the way. */
async function note(deps: Dependencies, approval: Approval, problem: string): Promise<'unfinished'> {
  if (approval.problem !== problem)
    await deps.database.transact(async (tx) => {
      await tx.approvals.note(approval.id, problem);
      return ok(undefined);
    });
  return 'unfinished';
}
