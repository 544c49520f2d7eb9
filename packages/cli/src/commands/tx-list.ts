import type { TransactionState } from '@countersign/sdk';
import { collect } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import { type Handler, text } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { transactionRows } from '../output/transaction-lines.ts';
import { wholeNumber } from '../support/whole-number.ts';

const txList: Handler = async (invocation) => {
  const client = connect(invocation, 'owner');
  if (!client.ok) return client;
  const most = wholeNumber(invocation, 'limit', { least: 1, most: 100_000, otherwise: 20 });
  if (!most.ok) return most;
  const wallet = await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const state = text(invocation, 'state') as TransactionState | undefined;
  const items = await collect(client.value.eachTransaction(wallet.value, { state, limit: String(Math.min(100, most.value)) }), most.value);
  if (!items.ok) return items;
  return answer({ items: items.value }, items.value.length === 0 ? ['No transaction yet.'] : transactionRows(items.value));
};
export default txList;
