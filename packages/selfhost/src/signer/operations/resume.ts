import { resumeProblem } from '@countersign/core';
import { Refused } from '../refusal.ts';
import { liveSession, storeState } from '../signer-state.ts';
import type { Operation } from './operations.ts';
import { assertUsableOnce, readOrder, verifyOrder } from './owner-orders.ts';

/** Needs the owner's `unfreeze` or `resume-signer`, used once. Repeating one that worked changes nothing while the wallet is active. */
export const resume: Operation = async (state, fields) => {
  const walletId = fields.walletId('walletId');
  const order = readOrder(fields);
  fields.end();
  return state.exclusively(walletId, async () => {
    const { session } = liveSession(state, walletId);
    const statement = verifyOrder(session, order);
    if (statement.action !== 'unfreeze' && statement.action !== 'resume-signer')
      throw new Refused('bad_statement', 'is not for resuming the signer');
    const { suspendedAtMs } = session.state;
    if (suspendedAtMs === null && session.state.usedNonces.includes(statement.nonce)) return {};
    assertUsableOnce(state, session, statement);
    const problem = resumeProblem(statement, suspendedAtMs, state.clock.wallMs());
    if (problem !== null) throw new Refused('bad_statement', problem);
    const { suspensions } = session;
    const usedNonces = [...session.state.usedNonces, statement.nonce];
    await storeState(state, session, { ...session.state, usedNonces, suspendedAtMs: null });
    const again = session.suspensions !== suspensions;
    session.state = { ...session.state, usedNonces, suspendedAtMs: again ? session.state.suspendedAtMs : null };
    if (again) throw new Refused('suspended', 'the wallet was suspended again meanwhile');
    return {};
  });
};
