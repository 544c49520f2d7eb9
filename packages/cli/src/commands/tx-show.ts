import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import type { Handler } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { decisionLines, transactionLines } from '../output/transaction-lines.ts';

const txShow: Handler = async (invocation) => {
  const client = connect(invocation, 'owner');
  if (!client.ok) return client;
  const wallet = await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const seen = await answered(client.value.getTransaction(wallet.value, invocation.args[0] ?? ''));
  if (!seen.ok) return seen;
  return answer(seen.value, [...transactionLines(seen.value), '', ...decisionLines(seen.value.decision)]);
};
export default txShow;
