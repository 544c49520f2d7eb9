import type { ErrorCode } from '../domain/errors.ts';
import type { KitId, WalletId } from '../domain/ids.ts';
import { ok } from '../domain/result.ts';
import { lockdownUnavailable } from './call-lockdown.ts';
import { type Dependencies, SERVICE } from './dependencies.ts';
import { endKit, endOfSent, finishLockdown } from './finish-lockdown.ts';
import { type LockdownPosition, lockdownPosition } from './lockdown-position.ts';
import { fittingKits, sendLockdown } from './send-lockdown.ts';
import { problemOf } from './submit-attempt.ts';

/** More than a wallet has limits: each look ends, or sends, one kit at least. */
const MOST_LOOKS = 64;
/** Errors that say nothing of the kit: it is tried again later. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['chain_unavailable', 'nodes_disagree', 'signer_unavailable', 'database_unavailable']);
/** Of the newest audit entries, among which a call that went unanswered before is looked for. */
const ENTRIES_LOOKED_AT = 200;

/**
 * Takes the agent's limits off the chain with what the owner signed ahead of need, and is done when the chain, read back at finalized, says so
 * (INVARIANT I8). Idempotent, and safe beside other replicas: each step names the state it expects, and the same kit gives the same bytes.
 * Throws when there has to be another look, so that the job is run again.
 */
export async function runLockdown(deps: Dependencies, walletId: WalletId): Promise<void> {
  const resent = new Set<KitId>();
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const position = await lockdownPosition(deps, walletId);
    if (position === null) return;
    if (position.limits.size === 0) return finishLockdown(deps, position.wallet);
    const step = await takeStep(deps, position, resent);
    if (step !== 'look') throw new Error(step);
  }
  throw new Error(`the lockdown of ${walletId} does not come to an end`);
}

/** `look`: something changed, look again at once; else why it has to wait, in words. */
async function takeStep(deps: Dependencies, position: LockdownPosition, resent: Set<KitId>): Promise<string> {
  const { wallet, kits, limits } = position;
  let waiting = 0;
  for (const each of kits.filter(({ kit }) => kit.state === 'sent')) {
    const end = endOfSent(each, limits);
    if (end === null) {
      waiting += 1;
      if (each.status?.kind !== 'not_found' || each.kit.wire === null || resent.has(each.kit.id)) continue;
      // The same bytes again, and one more look.
      resent.add(each.kit.id);
      await deps.chain.submitTransaction(each.kit.wire);
      return 'look';
    }
    await endKit(deps, each.kit, end, end === 'used' ? null : lossOf(each));
    if (kits.length === 1) await tellUnavailable(deps, position, 'limits are left that no armed kit takes away');
    return 'look';
  }
  if (waiting > 0) return `a lockdown of ${wallet.id} is on its way`;
  let problem = 'no kit that the owner armed fits what is on chain';
  for (const kit of fittingKits(position)) {
    const sent = await sendLockdown(deps, wallet, kit);
    if (sent.ok) return 'look';
    problem = `kit ${kit.id}: ${problemOf(sent.error)}`;
    if (PASSING.has(sent.error.code)) return problem;
    if (sent.error.code !== 'kit_invalid' && sent.error.code !== 'owner_signature_invalid') continue;
    deps.alerts.raise({ kind: 'kit.refused', walletId: wallet.id, severity: 'critical', message: problem });
    await endKit(deps, kit, 'stale', problemOf(sent.error));
  }
  await tellUnavailable(deps, position, problem);
  return problem;
}

function lossOf({ status }: LockdownPosition['kits'][number]): string {
  return status?.kind === 'finalized' ? `it failed on chain: ${status.error ?? 'no reason known'}` : 'its nonce moved and it did not land';
}

/** Once a freeze, as far as the newest audit entries tell. */
async function tellUnavailable(deps: Dependencies, { wallet }: LockdownPosition, problem: string): Promise<void> {
  const told = await deps.database.transact(async (tx) => {
    await tx.wallets.lock(wallet.id);
    const entries = await tx.audit.list(wallet.id, { limit: ENTRIES_LOOKED_AT, beforeSequence: null });
    const last = entries.find(
      ({ action }) => action === 'lockdown.unavailable' || action === 'lockdown.called' || action === 'wallet.frozen',
    );
    if (last?.action === 'lockdown.unavailable') return ok(false);
    const event = { chain: wallet.id, action: 'lockdown.unavailable', actor: SERVICE, subject: wallet.id, details: { problem } };
    await tx.audit.append([event], await tx.nowMs());
    return ok(true);
  });
  if (told.ok && told.value) deps.alerts.raise(lockdownUnavailable(wallet.id, problem));
}
