import { connect } from '../connection/connect.ts';
import { findWallet } from '../connection/find-wallet.ts';
import type { Handler } from '../invocation.ts';
import { answer, EXIT_CODES, failed } from '../outcome.ts';

/** `wallet address`: the vault alone, for scripts. */
const walletAddress: Handler = async (invocation) => {
  const client = connect(invocation, 'owner');
  if (!client.ok) return client;
  const [named] = invocation.args;
  const wallet = await findWallet(
    client.value,
    named === undefined ? invocation : { ...invocation, options: { ...invocation.options, wallet: named } },
  );
  if (!wallet.ok) return wallet;
  const { vault, state, id } = wallet.value;
  if (vault !== null) return answer({ wallet: id, address: vault }, [vault]);
  return failed({
    exitCode: EXIT_CODES.conflict,
    code: 'wallet_not_active',
    message: `the wallet ${id} is ${state} and has no address to fund yet`,
    remedy: state === 'creating' ? 'let the owner sign it: countersign approve' : 'make another wallet',
  });
};
export default walletAddress;
