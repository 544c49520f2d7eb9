import type { IReceiptStore } from '@countersign/core';
import type { Session } from '../connection/session.ts';
import { statement } from '../connection/statement.ts';

const APPEND = statement('receipt_append', 'INSERT INTO signer_receipts (wallet_id, receipt, at_ms) VALUES ($1, $2, $3)');
const LIST = statement('receipt_list', 'SELECT receipt FROM signer_receipts WHERE wallet_id = $1 ORDER BY id DESC LIMIT $2');

export function receiptStore(session: Session): IReceiptStore {
  return {
    async append(walletId, receipt, atMs) {
      await session.change(APPEND, [walletId, receipt, atMs]);
    },
    async list(walletId, limit) {
      const rows = await session.rows<{ readonly receipt: Uint8Array }>(LIST, [walletId, limit]);
      return rows.map(({ receipt }) => receipt).reverse();
    },
  };
}
