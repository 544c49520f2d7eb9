import { parseId } from '@countersign/core';
import { KeyFileError } from '../../keystore/key-file-problem.ts';
import { NEW_STATE } from '../../keystore/state-file.ts';
import { Refused } from '../refusal.ts';
import type { Operation } from './operations.ts';

const MAX_BACKUP_BYTES = 4096;

/** Takes back a backup of `create_key` for a wallet without a key. The wallet comes back suspended, without bounds: the owner resumes it. */
export const restoreKey: Operation = async (state, fields) => {
  const backup = fields.bytesUpTo('backup', MAX_BACKUP_BYTES);
  fields.end();
  const walletId = walletIdOf(backup);
  return state.exclusively(walletId, async () => {
    if (state.sessions.has(walletId)) throw new Refused('wrong_wallet', 'this wallet has a key, or had one that was destroyed');
    try {
      const { wallet, key } = await state.keystore.restoreBackup(backup);
      await state.addSession(wallet, key, { ...NEW_STATE, suspendedAtMs: state.clock.wallMs() });
      return { agentPublicKey: key.address };
    } catch (error) {
      if (error instanceof KeyFileError) throw new Refused('malformed', `the backup ${error.detail.problem}`);
      throw error;
    }
  });
};

function walletIdOf(backup: Uint8Array): ReturnType<typeof parsed> {
  try {
    return parsed((JSON.parse(Buffer.from(backup).toString()) as { readonly walletId?: unknown }).walletId);
  } catch {
    throw new Refused('malformed', 'the backup is not readable');
  }
}

function parsed(value: unknown): Parameters<Parameters<Operation>[0]['exclusively']>[0] {
  const id = parseId('wallet', value, 'walletId');
  if (!id.ok) throw new Refused('malformed', 'the backup names no wallet');
  return id.value;
}
