import { Refused } from '../refusal.ts';
import { liveSession } from '../signer-state.ts';
import type { Operation } from './operations.ts';
import { assertUsableOnce, readOrder, verifyOrder } from './owner-orders.ts';

/** Owner only: wipes the agent key and deletes its file. Nothing brings it back except a backup of the file together with the passphrase. */
export const destroyKey: Operation = async (state, fields) => {
  const walletId = fields.walletId('walletId');
  const order = readOrder(fields);
  fields.end();
  return state.exclusively(walletId, async () => {
    const { session, live } = liveSession(state, walletId);
    const statement = verifyOrder(session, order);
    if (statement.action !== 'destroy-key') throw new Refused('bad_statement', 'is not for destroying the key');
    assertUsableOnce(state, session, statement);
    session.live = null;
    await state.keystore.destroyKey(session.wallet, live.key);
    await live.log.close();
    return {};
  });
};
