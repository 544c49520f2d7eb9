import { connect } from '../connection/connect.ts';
import { findWallet } from '../connection/find-wallet.ts';
import type { Handler } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { keyNotices } from '../output/key-lines.ts';
import { walletLines } from '../output/wallet-lines.ts';

/** `wallet show`: with what its keys and kits ask for. The network stands in the JSON, for "owner statement --from". */
const walletShow: Handler = async (invocation) => {
  const client = connect(invocation, 'owner');
  if (!client.ok) return client;
  const [named] = invocation.args;
  const wallet = await findWallet(
    client.value,
    named === undefined ? invocation : { ...invocation, options: { ...invocation.options, wallet: named } },
  );
  if (!wallet.ok) return wallet;
  const { id } = wallet.value;
  // An agent may not see all of it, and what is beside it is no reason to show nothing.
  const [keys, kits, ready] = await Promise.all([client.value.listKeys(id), client.value.listKits(id), client.value.ready()]);
  const due = keys.ok ? keyNotices(keys.value.items) : [];
  const missing = kits.ok ? kits.value.warnings : [];
  const notices = [...due, ...missing.map((warning) => `! ${warning}`)];
  return answer(
    { ...wallet.value, network: ready.ok ? ready.value.network : null, keys: keys.ok ? keys.value.items : null, warnings: missing },
    [...walletLines(wallet.value), ...(notices.length === 0 ? [] : ['', ...notices])],
  );
};
export default walletShow;
