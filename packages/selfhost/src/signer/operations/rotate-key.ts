import type { Bounds, InstallingStatement } from '@countersign/core';
import type { SigningKey } from '../../keystore/signing-key.ts';
import type { WalletState } from '../../keystore/state-file.ts';
import { formatReceiptLog } from '../accounting/receipt-log.ts';
import { openLiveKey } from '../open-session.ts';
import { assertNotChanging, type SignerState, sessionOf, type WalletSession, whileChanging } from '../signer-state.ts';
import { type InstallingOrder, judgeRotation } from './installing-orders.ts';
import type { Operation } from './operations.ts';
import { assertUsableOnce, readInstallingOrder, standingOf } from './owner-orders.ts';

/**
 * Owner only: the prepared key takes the agent key's place, which is wiped. INVARIANT I8: asked for after the chain was read back. INVARIANT I4:
 * what was counted goes on counting. INVARIANT I7: a suspended wallet stays suspended.
 */
export const rotateKey: Operation = async (state, fields) => {
  const walletId = fields.walletId('walletId');
  const order = readInstallingOrder(fields);
  fields.end();
  return state.exclusively(walletId, async () => {
    const session = sessionOf(state, walletId);
    assertNotChanging(session);
    const { statement, bounds } = judgeRotation(standingOf(state, session), order);
    const answer = { revision: statement.revision, agentPublicKey: statement.newAgent };
    if (bounds === null) return answer;
    assertUsableOnce(state, session, statement);
    const { next } = session;
    if (next === null) throw new Error('a rotation was judged without a prepared key');
    await whileChanging(session, () => takePlace(state, session, next, { ...order, order: statement, bounds }));
    return answer;
  });
};

async function takePlace(
  state: SignerState,
  session: WalletSession,
  next: SigningKey,
  { statement, ownerSignature, bytes, bounds, order }: InstallingOrder & { readonly bounds: Bounds; readonly order: InstallingStatement },
): Promise<void> {
  const { keystore, clock } = state;
  const { wallet, live, vacant } = session;
  // A log that cannot be written does not matter: what it lacks is in memory and carried over.
  await live?.log.flushed().catch(() => null);
  const receipts = formatReceiptLog((live ?? vacant)?.ledger.carryOver(next, clock.nowMs()) ?? []);
  const after = ({ suspendedAtMs, usedNonces }: WalletState): WalletState => ({
    ...{ suspendedAtMs, restored: false },
    usedNonces: [...usedNonces, order.nonce],
    installed: { statement, ownerSignature, bytes, bounds },
  });
  await keystore.rotateKey({ wallet, old: live?.key ?? null, next, state: after(session.state), receipts });
  session.live = await openLiveKey(keystore, clock, wallet, next, after(session.state));
  session.vacant = null;
  session.next = null;
  // The state of now, not of before: a suspension may have come meanwhile.
  session.state = after(session.state);
  await live?.log.close();
}
