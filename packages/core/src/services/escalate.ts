import type { Escalation } from '../domain/escalation.ts';
import type { RequestId } from '../domain/ids.ts';
import type { Alert } from '../ports/alerts.ts';
import type { ITransaction } from '../ports/database.ts';
import { callForRotation } from './call-for-rotation.ts';
import { callLockdown } from './call-lockdown.ts';
import { SERVICE } from './dependencies.ts';
import { freezeUnderLock } from './freeze-wallet.ts';
import type { Decided } from './plan-and-decide.ts';

/** So many requests that end denied or failed, without one that was finalized between, call for another agent key. */
const FAILURES_THAT_CALL = 3;
const MOST_WORDS = 400;

/** What is left to do of an escalation once the transaction has committed. */
export interface Escalated {
  /** Why the wallet was frozen with the decision; `null` when it was not: the signer and people have to hear of it. */
  readonly froze: string | null;
  /** A lockdown was called for. The call is in the database: its job only makes it quick, and may be lost. */
  readonly lockDown: boolean;
  readonly alerts: readonly Alert[];
}

/**
 * Does what a decision leads to, in the transaction that records it and holds the wallet's lock. INVARIANT I7: stopping is automatic,
 * and waits for no queue: a lockdown is called for here, and its job is enqueued once this has committed.
 */
export async function escalate(
  tx: ITransaction,
  requestId: RequestId,
  { wallet, policy, decision, history }: Decided,
  escalation: Escalation | null,
): Promise<Escalated> {
  if (escalation === null) return { froze: null, lockDown: false, alerts: [] };
  const { id: walletId } = wallet;
  const atMs = decision.decidedAtMs;
  const active = wallet.state === 'active';
  const words = decision.objections.map(({ message }) => message).join(' ');
  const reason = `${escalation}: ${words}`.slice(0, MOST_WORDS);
  const alerts: Alert[] = [toldOf(requestId, walletId, decision.verdict === 'denied', words)];
  const stops = escalation === 'FREEZE_AND_ALERT' || escalation === 'EMERGENCY_LOCKDOWN';
  const froze = stops && active ? reason : null;
  let lockDown = false;
  if (froze !== null) await freezeUnderLock(tx, wallet, { reason, actor: SERVICE, atMs });
  if (escalation === 'EMERGENCY_LOCKDOWN') {
    const armed = await tx.kits.list(walletId, { purpose: 'lockdown', states: ['armed'] });
    const reached = history.denials + 1 === policy?.rules.denials?.lockdownAt;
    // One that was called for before, and goes on, is not called for with each further denial.
    if (froze !== null || armed.length > 0 || reached) {
      const called = await callLockdown(tx, walletId, { reason, actor: SERVICE, atMs });
      alerts.push(...called.alerts);
      lockDown = called.kits.length > 0;
    }
  }
  if (active && stops) await callForRotation(tx, walletId, 'violation_attempts');
  if (active && decision.verdict === 'denied') await callWhereFailing(tx, walletId, atMs);
  return { froze, lockDown, alerts };
}

/** Calls for another agent key where requests fail in a row. Runs under the wallet's lock. */
export async function callWhereFailing(tx: ITransaction, walletId: Decided['wallet']['id'], atMs: number): Promise<void> {
  const asked = { recipients: [], denialsSinceMs: atMs, mostDenials: 0, mostFailures: FAILURES_THAT_CALL };
  const { failuresInARow } = await tx.requests.history(walletId, asked);
  if (failuresInARow >= FAILURES_THAT_CALL) await callForRotation(tx, walletId, 'failures_in_a_row');
}

function toldOf(requestId: RequestId, walletId: Decided['wallet']['id'], denied: boolean, words: string): Alert {
  const kind = denied ? 'request.denied' : 'approval.waiting';
  const message = denied ? `${requestId} was denied: ${words}` : `${requestId} waits for its owner, who may say no: ${words}`;
  return { kind, walletId, severity: 'warning', message: message.slice(0, MOST_WORDS) };
}
