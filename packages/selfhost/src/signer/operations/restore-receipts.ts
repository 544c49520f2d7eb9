import { Refused } from '../refusal.ts';
import { assertNotChanging, liveSession } from '../signer-state.ts';
import type { Operation } from './operations.ts';

const MAX_RECEIPTS = 200;
const MAX_RECEIPT_BYTES = 1024;

/** Takes receipts back after a restart. What the signer already knows is skipped; the rest counts from its own time on. */
export const restoreReceipts: Operation = async (state, fields) => {
  const walletId = fields.walletId('walletId');
  const receipts = fields.list('receipts', MAX_RECEIPTS).map((item) => {
    if (!(item instanceof Uint8Array) || item.length > MAX_RECEIPT_BYTES) throw new Refused('malformed', 'a receipt is not bytes');
    return item;
  });
  fields.end();
  const { session, live } = liveSession(state, walletId);
  assertNotChanging(session);
  const fresh = live.ledger.restore(receipts, state.clock.nowMs());
  await Promise.all(fresh.map((receipt) => live.log.append(receipt)));
  return { restored: fresh.length };
};
