import { collect } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import type { Handler } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { walletRows } from '../output/wallet-lines.ts';

const walletList: Handler = async (invocation) => {
  const client = connect(invocation, 'owner');
  if (!client.ok) return client;
  const items = await collect(client.value.eachWallet());
  if (!items.ok) return items;
  return answer({ items: items.value }, items.value.length === 0 ? ['No wallet yet: countersign wallet create'] : walletRows(items.value));
};
export default walletList;
