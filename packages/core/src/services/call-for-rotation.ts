import type { WalletId } from '../domain/ids.ts';
import type { RotationReason } from '../domain/key-states.ts';
import type { ITransaction } from '../ports/database.ts';
import { SERVICE } from './dependencies.ts';
import { record } from './key-records.ts';

/**
 * Something happened after which the agent key should be replaced before its time: failures in a row, an anomaly, attempts at violation. The
 * first reason stands; `false` where there was one, or no key. `lookAfterKeys` opens the approval. Runs under the wallet's lock.
 */
export async function callForRotation(tx: ITransaction, walletId: WalletId, reason: RotationReason): Promise<boolean> {
  const key = await tx.keys.live(walletId, 'agent');
  if (key === null || !(await tx.keys.callForRotation(key.id, reason))) return false;
  await record(tx, key, 'key.called_for_rotation', SERVICE, await tx.nowMs(), { reason });
  return true;
}
