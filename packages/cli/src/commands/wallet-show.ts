import { connect } from '../connection/connect.ts';
import { findWallet } from '../connection/find-wallet.ts';
import type { Handler } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { walletLines } from '../output/wallet-lines.ts';

const walletShow: Handler = async (invocation) => {
  const client = connect(invocation, 'operator');
  if (!client.ok) return client;
  const [named] = invocation.args;
  const wallet = await findWallet(
    client.value,
    named === undefined ? invocation : { ...invocation, options: { ...invocation.options, wallet: named } },
  );
  return wallet.ok ? answer(wallet.value, walletLines(wallet.value)) : wallet;
};
export default walletShow;
