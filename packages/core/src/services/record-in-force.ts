import type { ApprovalKind } from '../domain/approval-states.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import type { KitPurpose } from '../domain/kit.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import { changed, REKEYING_KINDS, rolesOf } from '../domain/wallet-change.ts';
import type { ITransaction } from '../ports/database.ts';
import type { Approval } from '../ports/records.ts';
import { type Dependencies, SERVICE } from './dependencies.ts';
import { activateKey, recordDestroyed, revokeKey, suspendKeys } from './key-records.ts';
import { retireKits } from './retire-kits.ts';
import { withdrawPrepared } from './withdraw-prepared.ts';

/**
 * Chain and signer have it: the record follows, all of it in one transaction (INVARIANT I10). Idempotent: of two replicas one finds the approval
 * executing. Gives what people should hear of.
 */
export async function recordInForce(
  deps: Pick<Dependencies, 'random'>,
  tx: ITransaction,
  { id, walletId }: Pick<Approval, 'id' | 'walletId'>,
): Promise<Result<readonly string[], DomainError>> {
  const wallet = await tx.wallets.lock(walletId);
  const approval = await tx.approvals.lock(id);
  if (wallet === null || approval?.state !== 'executing') return ok([]);
  const atMs = await tx.nowMs();
  const { kind, policyRevision } = approval;
  if (policyRevision !== null) await movePolicies(tx, wallet, { kind, to: policyRevision }, atMs);
  if (wallet.state === 'creating') await tx.wallets.move(walletId, 'creating', 'active', { frozenReason: null });
  const after = changed(wallet, approval.change);
  if (approval.change !== null && !(await tx.wallets.rekey(walletId, rolesOf(wallet), rolesOf(after))))
    return fail(domainError('state_conflict', { kind: 'wallet', id: walletId, expected: 'the keys that were read', actual: 'other keys' }));
  await recordKeys(deps, tx, approval, { wallet, after, atMs });
  if (wallet.rekeyingBy === id) await tx.wallets.setRekeying(walletId, id, null);
  if (kind !== 'create_wallet') await retireOthers(tx, approval, wallet, atMs);
  await tx.approvals.move(id, 'executing', 'done', {});
  await appendDone(tx, approval, after, atMs);
  return ok(describeChange(approval, wallet));
}

/**
 * A rotation or replacement changes keys, not what is allowed: what the operator tightened stays tightened (INVARIANT I7). A policy that the owner
 * signs anew ends it.
 */
async function movePolicies(
  tx: ITransaction,
  { id, policyRevision }: Wallet,
  { kind, to }: { readonly kind: ApprovalKind; readonly to: number },
  atMs: number,
): Promise<void> {
  const before = await tx.policies.active(id);
  if (policyRevision !== null) await tx.policies.move(id, policyRevision, 'active', 'superseded', atMs);
  await tx.policies.move(id, to, 'proposed', 'active', atMs);
  await tx.wallets.setPolicyRevision(id, policyRevision, to);
  if (before?.tightening && REKEYING_KINDS.includes(kind)) await tx.policies.tighten(id, to, { ...before.tightening, number: 1 });
}

async function recordKeys(
  deps: Pick<Dependencies, 'random'>,
  tx: ITransaction,
  { kind, change }: Approval,
  { wallet, after, atMs }: { readonly wallet: Wallet; readonly after: Wallet; readonly atMs: number },
): Promise<void> {
  const walletId = wallet.id;
  const isNew = kind === 'create_wallet';
  if (change?.agent || kind === 'revoke_agent_key') {
    await revokeKey(tx, walletId, 'agent', wallet.agent, atMs);
    // Who lost the old key cannot say that it is wiped.
    if (change?.reason !== 'lost') await recordDestroyed(tx, walletId, wallet.agent, atMs);
  }
  if (isNew || change?.agent) await activateKey(deps, tx, { walletId, role: 'agent', address: after.agent, atMs });
  if (change?.owner) await revokeKey(tx, walletId, 'owner', wallet.owner, atMs);
  if (isNew || change?.owner) await activateKey(deps, tx, { walletId, role: 'owner', address: after.owner, atMs });
  if (wallet.recovery !== null && wallet.recovery !== after.recovery) await revokeKey(tx, walletId, 'recovery', wallet.recovery, atMs);
  if (after.recovery !== null && (isNew || after.recovery !== wallet.recovery))
    await activateKey(deps, tx, { walletId, role: 'recovery', address: after.recovery, atMs });
  if (wallet.state === 'frozen') await suspendKeys(tx, walletId);
}

/** What was signed ahead of need for limits and keys that are gone, and what was prepared for the owner with other keys (INVARIANT I6). */
async function retireOthers(tx: ITransaction, { id, change }: Approval, wallet: Wallet, atMs: number): Promise<void> {
  const keepsOwner = change === null || (change.owner === null && change.recovery === wallet.recovery);
  const purposes: readonly KitPurpose[] = keepsOwner ? ['lockdown'] : ['lockdown', 'recovery'];
  await retireKits(tx, wallet.id, { purposes, problem: 'limits or keys changed', atMs });
  if (change === null) return;
  const waiting = await tx.approvals.list({ walletId: wallet.id, state: 'waiting', kind: null }, { limit: MOST_WAITING, cursor: null });
  for (const other of waiting) {
    if (other.id === id || other.prepared === null) continue;
    const problem = 'the keys of the wallet changed';
    await withdrawPrepared(tx, other.id, problem);
    await tx.approvals.prepare(other.id, null);
    const event = {
      chain: wallet.id,
      action: 'approval.withdrawn',
      actor: SERVICE,
      subject: other.id,
      details: { kind: other.kind, problem },
    };
    await tx.audit.append([event], atMs);
  }
}
const MOST_WAITING = 10_000;

async function appendDone(tx: ITransaction, { id, kind, policyRevision, change }: Approval, after: Wallet, atMs: number): Promise<void> {
  const policy = policyRevision === null ? null : await tx.policies.get(after.id, policyRevision);
  const revision = policy && { revision: policy.revision, policySha256: policy.policySha256, boundsSha256: policy.boundsSha256 };
  const keys = change && { agent: after.agent, owner: after.owner, recovery: after.recovery, feeAccount: after.feeAccount };
  const action = policy === null ? 'key.revocation_done' : 'policy.activated';
  await tx.audit.append([{ chain: after.id, action, actor: SERVICE, subject: id, details: { kind, ...revision, ...keys } }], atMs);
}

function describeChange({ kind, change }: Approval, { agent, owner }: Wallet): readonly string[] {
  if (change?.agent) return [`the agent key is ${change.agent} now; ${agent} has no right any more`];
  if (change?.owner) return [`the owner key is ${change.owner} now; ${owner} has no right any more`];
  return kind === 'revoke_agent_key' ? [`the agent key ${agent} is revoked and destroyed; the wallet pays nothing`] : [];
}
