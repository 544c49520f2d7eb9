import { ok } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import { REKEYING_KINDS } from '../domain/wallet-change.ts';
import type { ITransaction } from '../ports/database.ts';
import type { Approval } from '../ports/records.ts';
import { type Dependencies, SERVICE } from './dependencies.ts';
import { endRotation } from './key-records.ts';

/**
 * What the owner signed for a change of the wallet has come to nothing, or to less than all: the approval waits again, for fresh bytes and a fresh
 * statement. Where part of a change of keys has landed, the wallet signs nothing until it is gone through with (INVARIANT I8: neither the old nor the
 * new keys are what the chain says).
 */
export async function handBack(deps: Dependencies, approval: Approval, problem: string): Promise<'finished' | 'unfinished'> {
  const { id, walletId, kind } = approval;
  const moved = await deps.database.transact(async (tx) => {
    const wallet = await tx.wallets.lock(walletId);
    if (wallet === null) return ok(false);
    const stuck = REKEYING_KINDS.includes(kind) && (await hasLanded(deps, tx, wallet, approval));
    const why = stuck ? `${problem}; part of it has landed, so the wallet signs nothing until this is signed again and done` : problem;
    if (!(await tx.approvals.move(id, 'executing', 'waiting', { problem: why }))) return ok(false);
    const atMs = await tx.nowMs();
    if (!stuck && wallet.rekeyingBy === id) {
      await tx.wallets.setRekeying(walletId, id, null);
      await endRotation(tx, wallet, id, atMs);
    }
    const details = { kind, problem: why };
    await tx.audit.append([{ chain: walletId, action: 'approval.handed_back', actor: SERVICE, subject: id, details }], atMs);
    return ok(stuck);
  });
  if (!moved.ok) return 'unfinished';
  if (moved.value)
    deps.alerts.raise({ kind: 'rotation.stuck', walletId, severity: 'critical', message: `${kind} ${id} landed in part: ${problem}` });
  return 'finished';
}

/** Whether any transaction of it changed the settings; a cancelling of proposals, which the agent signs, changes none. */
async function hasLanded({ chain }: Dependencies, tx: ITransaction, { agent }: Wallet, { id }: Approval): Promise<boolean> {
  const attempts = await tx.attempts.ofApproval(id);
  return attempts.some(({ state, message }) => state === 'finalized' && !chain.signersOf(message).includes(agent));
}
