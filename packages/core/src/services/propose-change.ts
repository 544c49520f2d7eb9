import type { ApprovalKind } from '../domain/approval-states.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import type { WalletId } from '../domain/ids.ts';
import type { RotationReason } from '../domain/key-states.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import { changed, type WalletChange } from '../domain/wallet-change.ts';
import type { ITransaction } from '../ports/database.ts';
import type { Approval, PolicyRevision } from '../ports/records.ts';
import { type Actor, type Dependencies, SERVICE } from './dependencies.ts';
import { endApproval } from './end-approval.ts';
import { newApproval } from './new-approval.ts';
import { planPolicy } from './plan-policy.ts';
import { sameRoles } from './same-roles.ts';

/** A wallet whose policy and keys can be changed, with the revision in force. */
export interface WalletInForce {
  readonly wallet: Wallet;
  readonly policy: PolicyRevision;
}

export async function readInForce(deps: Pick<Dependencies, 'database'>, walletId: WalletId): Promise<Result<WalletInForce, DomainError>> {
  return deps.database.transact(async (tx) => {
    const wallet = await tx.wallets.get(walletId);
    if (wallet === null) return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
    const policy = await tx.policies.active(walletId);
    if (policy === null) return fail(domainError('wallet_not_active', { wallet: walletId, state: wallet.state }));
    return ok({ wallet, policy });
  });
}

/**
 * Proposes the next revision of a wallet: another policy, other keys, or both. Of several proposals at once one stands: a revision number is
 * proposed once at a time. `known` gives an approval that asks for the same already, under the lock; it is then given back.
 */
export async function proposeChange(
  deps: Dependencies,
  input: {
    readonly inForce: WalletInForce;
    readonly kind: ApprovalKind;
    readonly policyText: string;
    readonly change: WalletChange | null;
    readonly actor: Actor;
    known(tx: ITransaction): Promise<Approval | null>;
    beside(tx: ITransaction, atMs: number): Promise<void>;
  },
): Promise<Result<{ readonly revision: PolicyRevision; readonly approval: Approval }, DomainError>> {
  const { wallet, policy } = input.inForce;
  const { kind, change, policyText, actor } = input;
  const { multisig, owner, agent, recovery } = changed(wallet, change);
  const revision = policy.revision + 1;
  const planned = await planPolicy(deps, { walletId: wallet.id, multisig, owner, agent, recovery, revision, text: policyText });
  if (!planned.ok) return planned;
  return deps.database.transact(async (tx) => {
    const locked = await tx.wallets.lock(wallet.id);
    const known = await input.known(tx);
    const proposed = await tx.policies.get(wallet.id, revision);
    if (known !== null && proposed !== null) return ok({ revision: proposed, approval: known });
    if (locked?.policyRevision !== policy.revision)
      return fail(domainError('policy_revision_conflict', { expected: policy.revision, actual: locked?.policyRevision ?? 0 }));
    if (!sameRoles(locked, wallet)) return fail(taken('wallet', wallet.id, 'the keys that it had', 'other keys'));
    if (proposed !== null && !(await givesWay(tx, kind, wallet.id, revision)))
      return fail(taken('policy revision', String(revision), 'none proposed', proposed.state));
    const atMs = await tx.nowMs();
    const stored = { ...planned.value, createdAtMs: atMs };
    const approval = newApproval(deps, { walletId: wallet.id, kind, policyRevision: revision, change, atMs });
    await tx.policies.insert(stored);
    await tx.approvals.insert(approval);
    await input.beside(tx, atMs);
    const { policySha256, boundsSha256 } = stored;
    const keys = change && { agent: change.agent, owner: change.owner, recovery: change.recovery, reason: change.reason };
    const details = { kind, revision, policySha256, boundsSha256, ...keys };
    await tx.audit.append([{ chain: wallet.id, action: 'policy.proposed', actor, subject: approval.id, details }], atMs);
    return ok({ revision: stored, approval });
  });
}

/** Reasons for which the service opens a rotation by itself. */
const OPENED_BY_ITSELF: readonly (RotationReason | null)[] = ['due', 'failures_in_a_row', 'violation_attempts'];

/**
 * Whether the proposal that has the number made way. A rotation that the service opened by itself does for whatever a person proposes: it is
 * opened again afterwards, and an agent that calls for it by what it does keeps nobody from changing its policy (INVARIANT I7).
 */
async function givesWay(tx: ITransaction, kind: ApprovalKind, walletId: WalletId, revision: number): Promise<boolean> {
  if (kind === 'rotate_agent_key') return false;
  const opened = await openApproval(
    tx,
    walletId,
    'rotate_agent_key',
    ({ state, policyRevision, change }) =>
      state === 'waiting' && policyRevision === revision && OPENED_BY_ITSELF.includes(change?.reason ?? null),
  );
  if (opened === null) return false;
  return (await endApproval(tx, opened.id, 'void', 'another change was proposed in its place; it is opened again afterwards', SERVICE)).ok;
}

function taken(kind: string, id: string, expected: string, actual: string): DomainError {
  return domainError('state_conflict', { kind, id, expected, actual });
}

/** An approval of this kind that waits or is being carried out. */
export async function openApproval(
  tx: Pick<ITransaction, 'approvals'>,
  walletId: WalletId,
  kind: ApprovalKind,
  fits: (approval: Approval) => boolean,
): Promise<Approval | null> {
  for (const state of ['executing', 'waiting'] as const) {
    const found = await tx.approvals.list({ walletId, state, kind }, { limit: MOST_OPEN, cursor: null });
    const approval = found.find(fits);
    if (approval) return approval;
  }
  return null;
}

/** Of one kind there is one; more would be a fault, and all are looked at. */
const MOST_OPEN = 100;
