import type { PinnedWallet } from '../../keystore/key-file.ts';
import { NEW_STATE } from '../../keystore/state-file.ts';
import { Refused } from '../refusal.ts';
import type { Operation } from './operations.ts';

/** Makes a wallet's agent key and pins its owner; the same arguments again give the same key, others are refused. */
export const createKey: Operation = async (state, fields) => {
  const wallet: PinnedWallet = {
    walletId: fields.walletId('walletId'),
    owner: fields.address('ownerPublicKey'),
    multisig: fields.address('multisig'),
    network: fields.address('network'),
  };
  fields.end();
  return state.exclusively(wallet.walletId, async () => {
    const { keystore, sessions } = state;
    const known = sessions.get(wallet.walletId);
    if (known) {
      const { owner, multisig, network } = known.wallet;
      if (!known.live) throw new Refused('wrong_wallet', 'the key of this wallet was destroyed; it gets no other');
      if (owner !== wallet.owner || multisig !== wallet.multisig || network !== wallet.network)
        throw new Refused('wrong_wallet', 'the key of this wallet is bound to another owner, multisig or network');
      return { agentPublicKey: known.live.key.address, backup: await keystore.readBackup(wallet.walletId) };
    }
    const key = await keystore.createAgentKey(wallet);
    await state.addSession(wallet, key, NEW_STATE);
    return { agentPublicKey: key.address, backup: await keystore.readBackup(wallet.walletId) };
  });
};
