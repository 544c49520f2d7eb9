import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import type { Handler } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { keyNotices, keyRows } from '../output/key-lines.ts';

/** `keys`: every key that a wallet has or had. */
const keysList: Handler = async (invocation) => {
  const client = connect(invocation, 'owner');
  if (!client.ok) return client;
  const wallet = await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const page = await answered(client.value.listKeys(wallet.value));
  if (!page.ok) return page;
  const { items } = page.value;
  const notices = keyNotices(items);
  return answer({ items }, [...keyRows(items), ...(notices.length === 0 ? [] : ['', ...notices])]);
};
export default keysList;
