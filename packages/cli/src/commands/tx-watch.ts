import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import { type Handler, text } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { transactionLines } from '../output/transaction-lines.ts';
import { exitCodeOf, type WaitState, watchTransaction } from '../support/watch-transaction.ts';
import { wholeNumber } from '../support/whole-number.ts';

const txWatch: Handler = async (invocation) => {
  const client = connect(invocation, 'owner');
  if (!client.ok) return client;
  const timeout = wholeNumber(invocation, 'timeout', { least: 1, most: 3_600, otherwise: 90 });
  if (!timeout.ok) return timeout;
  const wallet = await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const goal = (text(invocation, 'until') ?? 'finalized') as WaitState;
  const which = { wallet: wallet.value, id: invocation.args[0] ?? '', goal, timeoutMs: timeout.value * 1_000 };
  const watched = await watchTransaction(invocation.world, client.value, which);
  if (!watched.ok) return watched;
  const { seen, done } = watched.value;
  return answer(seen, transactionLines(seen), exitCodeOf(seen.state, done));
};
export default txWatch;
