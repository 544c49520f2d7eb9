import { liveSession, whileChanging } from '../signer-state.ts';
import { judgeReplacement } from './installing-orders.ts';
import type { Operation } from './operations.ts';
import { assertUsableOnce, readInstallingOrder, standingOf } from './owner-orders.ts';

/**
 * Pins another owner, by the old one or the recovery key, and the new one. INVARIANT I6: from then on only the new owner's statements verify; the nonces
 * that the old one used stay used.
 */
export const replaceOwner: Operation = async (state, fields) => {
  const walletId = fields.walletId('walletId');
  const order = { ...readInstallingOrder(fields), newOwnerSignature: fields.bytes('newOwnerSignature', 64) };
  fields.end();
  return state.exclusively(walletId, async () => {
    const { session, live } = liveSession(state, walletId);
    const { statement, bounds } = judgeReplacement(standingOf(state, session), order);
    if (bounds === null) return { revision: statement.revision };
    assertUsableOnce(state, session, statement);
    const { statement: text, newOwnerSignature: ownerSignature, bytes } = order;
    const change = {
      installed: { statement: text, ownerSignature, bytes, bounds },
      usedNonces: [...session.state.usedNonces, statement.nonce],
    };
    await whileChanging(session, async () => {
      const wallet = { ...session.wallet, owner: statement.newOwner };
      await state.keystore.replaceOwner({ wallet, key: live.key, next: session.next, state: { ...session.state, ...change } });
      session.wallet = wallet;
      session.state = { ...session.state, ...change };
      live.ledger.setBounds(bounds);
    });
    return { revision: bounds.revision };
  });
};
