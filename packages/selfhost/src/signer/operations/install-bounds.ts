import { liveSession, storeState } from '../signer-state.ts';
import { judgeInstallation } from './installing-orders.ts';
import type { Operation } from './operations.ts';
import { assertUsableOnce, readInstallingOrder, standingOf } from './owner-orders.ts';

/** Installs owner-signed bounds, stored before it is answered. The same bytes again are answered alike. */
export const installBounds: Operation = async (state, fields) => {
  const walletId = fields.walletId('walletId');
  const order = readInstallingOrder(fields);
  fields.end();
  return state.exclusively(walletId, async () => {
    const { session, live } = liveSession(state, walletId);
    const { statement, bounds } = judgeInstallation(standingOf(state, session), order);
    if (bounds === null) return { revision: statement.revision };
    assertUsableOnce(state, session, statement);
    const { statement: text, ownerSignature, bytes } = order;
    const change = {
      installed: { statement: text, ownerSignature, bytes, bounds },
      usedNonces: [...session.state.usedNonces, statement.nonce],
    };
    await storeState(state, session, { ...session.state, ...change });
    session.state = { ...session.state, ...change };
    live.ledger.setBounds(bounds);
    return { revision: bounds.revision };
  });
};
