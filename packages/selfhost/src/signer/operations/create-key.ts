import { samePins } from '../../keystore/key-file.ts';
import { NEW_STATE } from '../../keystore/state-file.ts';
import { Refused } from '../refusal.ts';
import type { Operation } from './operations.ts';
import { readPinnedWallet } from './pinned-wallet.ts';

/** Makes a wallet's agent key and pins its owner; the same arguments again give the same key, others are refused. */
export const createKey: Operation = async (state, fields) => {
  const wallet = readPinnedWallet(fields);
  fields.end();
  return state.exclusively(wallet.walletId, async () => {
    const known = state.sessions.get(wallet.walletId);
    if (known) {
      if (!known.live) throw new Refused('wrong_wallet', 'the key of this wallet was destroyed or lost; only a rotation gives it another');
      if (!samePins(known.wallet, wallet))
        throw new Refused('wrong_wallet', 'the key of this wallet is bound to another owner, multisig or network');
      return { agentPublicKey: known.live.key.address };
    }
    const key = await state.keystore.createAgentKey(wallet);
    await state.addSession({ wallet, key, next: null, state: NEW_STATE, vacancy: null });
    return { agentPublicKey: key.address };
  });
};
