import { type PinnedWallet, samePins } from '../../keystore/key-file.ts';
import { NEW_STATE } from '../../keystore/state-file.ts';
import { Refused } from '../refusal.ts';
import { assertNotChanging, type SignerState, type WalletSession } from '../signer-state.ts';
import type { Operation } from './operations.ts';
import { readPinnedWallet } from './pinned-wallet.ts';

/** Makes the key that shall take the agent key's place, or gives the one that waits. It signs nothing until the owner's statement over it. */
export const prepareKey: Operation = async (state, fields) => {
  const wallet = readPinnedWallet(fields);
  fields.end();
  return state.exclusively(wallet.walletId, async () => {
    const session = state.sessions.get(wallet.walletId) ?? (await openVacancy(state, wallet));
    if (!samePins(session.wallet, wallet))
      throw new Refused('wrong_wallet', 'the key of this wallet is bound to another owner, multisig or network');
    assertNotChanging(session);
    session.next ??= await state.keystore.createNextKey(wallet);
    return { agentPublicKey: session.next.address };
  });
};

/** A wallet whose key this keystore does not have: it was lost. */
async function openVacancy(state: SignerState, wallet: PinnedWallet): Promise<WalletSession> {
  const vacancy = { agent: null, revision: 0 };
  await state.keystore.saveVacancy(wallet, vacancy, NEW_STATE);
  return state.addSession({ wallet, key: null, next: null, state: NEW_STATE, vacancy });
}
