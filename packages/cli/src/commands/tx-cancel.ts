import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import type { Handler } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { transactionLines } from '../output/transaction-lines.ts';

const txCancel: Handler = async (invocation) => {
  const client = connect(invocation, 'operator');
  if (!client.ok) return client;
  const wallet = await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const cancelled = await answered(client.value.cancelTransaction(wallet.value, invocation.args[0] ?? ''));
  return cancelled.ok
    ? answer(cancelled.value, ['✓ cancelled: it will never be paid', '', ...transactionLines(cancelled.value)])
    : cancelled;
};
export default txCancel;
