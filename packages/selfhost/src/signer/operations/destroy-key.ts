import type { WalletState } from '../../keystore/state-file.ts';
import { formatReceiptLog } from '../accounting/receipt-log.ts';
import { openVacantKey } from '../open-session.ts';
import { Refused } from '../refusal.ts';
import { assertNotChanging, type LiveKey, type SignerState, sessionOf, type WalletSession, whileChanging } from '../signer-state.ts';
import type { Operation } from './operations.ts';
import { assertUsableOnce, readOrder, verifyOrder } from './owner-orders.ts';

/**
 * Owner only: wipes the agent key and the one that waits, and deletes their files. Nothing brings it back except a backup of the file together with
 * the passphrase, in a keystore that does not know of the wallet. The same statement again changes nothing.
 */
export const destroyKey: Operation = async (state, fields) => {
  const walletId = fields.walletId('walletId');
  const order = readOrder(fields);
  fields.end();
  return state.exclusively(walletId, async () => {
    const session = sessionOf(state, walletId);
    assertNotChanging(session);
    const statement = verifyOrder(session, order);
    if (statement.action !== 'destroy-key') throw new Refused('bad_statement', 'is not for destroying the key');
    const { live, vacant } = session;
    if (vacant?.vacancy.agent === statement.agent && session.state.usedNonces.includes(statement.nonce)) return {};
    if (!live) throw new Refused('unknown_wallet', 'the key of this wallet was destroyed or lost');
    if (statement.agent !== live.key.address) throw new Refused('bad_statement', 'names another key than the live one');
    assertUsableOnce(state, session, statement);
    await whileChanging(session, () => vacate(state, session, live, statement.nonce));
    return {};
  });
};

async function vacate(state: SignerState, session: WalletSession, live: LiveKey, nonce: string): Promise<void> {
  const { keystore, clock } = state;
  const { wallet, next } = session;
  await live.log.flushed().catch(() => null);
  const receipts = formatReceiptLog(live.ledger.carryOver(keystore.vacancyKey, clock.nowMs()));
  const vacancy = { agent: live.key.address, revision: session.state.installed?.bounds.revision ?? 0 };
  const after = ({ suspendedAtMs, usedNonces }: WalletState): WalletState => ({
    ...{ suspendedAtMs, installed: null, restored: false },
    usedNonces: [...usedNonces, nonce],
  });
  await keystore.destroyKey({ wallet, key: live.key, next, vacancy, state: after(session.state), receipts });
  session.vacant = await openVacantKey(keystore, clock, wallet, vacancy);
  session.live = null;
  session.next = null;
  session.state = after(session.state);
  await live.log.close();
}
