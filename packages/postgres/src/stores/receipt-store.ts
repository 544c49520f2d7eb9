import type { IReceiptStore } from '@countersign/core';
import type { Session } from '../connection/session.ts';
import { statement } from '../connection/statement.ts';

const APPEND = statement(
  'receipt_append',
  'INSERT INTO signer_receipts (wallet_id, agent_address, receipt, at_ms) VALUES ($1, $2, $3, $4)',
);
const LIST = statement(
  'receipt_list',
  'SELECT receipt FROM signer_receipts WHERE wallet_id = $1 AND agent_address = $2 ORDER BY id DESC LIMIT $3',
);

export function receiptStore(session: Session): IReceiptStore {
  return {
    async append(walletId, agent, receipt, atMs) {
      await session.change(APPEND, [walletId, agent, receipt, atMs]);
    },
    async list(walletId, agent, limit) {
      const rows = await session.rows<{ readonly receipt: Uint8Array }>(LIST, [walletId, agent, limit]);
      return rows.map(({ receipt }) => receipt).reverse();
    },
  };
}
