import { liveSession } from '../signer-state.ts';
import type { Operation } from './operations.ts';

/** The sealed file of a wallet's key, useless without the passphrase. */
export const readBackup: Operation = async (state, fields) => {
  const walletId = fields.walletId('walletId');
  fields.end();
  return state.exclusively(walletId, async () => {
    liveSession(state, walletId);
    return { backup: await state.keystore.readBackup(walletId) };
  });
};
