import { rm } from 'node:fs/promises';
import { parseId } from '@countersign/core';
import { RECEIPT_LOG_FILE } from '../../keystore/assemble-keystore.ts';
import { KeyFileError } from '../../keystore/key-file-problem.ts';
import { NEW_STATE } from '../../keystore/state-file.ts';
import { Refused } from '../refusal.ts';
import type { Operation } from './operations.ts';

const MAX_BACKUP_BYTES = 4096;

/**
 * Takes back what `read_backup` gave, for a wallet that is not known. It comes back suspended, without bounds, and takes none but with another key: a backup
 * tells neither what was installed last nor who was owner last (INVARIANT I6).
 */
export const restoreKey: Operation = async (state, fields) => {
  const backup = fields.bytesUpTo('backup', MAX_BACKUP_BYTES);
  fields.end();
  const walletId = walletIdOf(backup);
  return state.exclusively(walletId, async () => {
    if (state.sessions.has(walletId)) throw new Refused('wrong_wallet', 'this wallet has a key, or had one that was destroyed');
    try {
      const restored = { ...NEW_STATE, suspendedAtMs: state.clock.wallMs(), restored: true };
      const { wallet, key } = await state.keystore.restoreBackup(backup, restored);
      const opened = { wallet, key, next: null, state: restored, vacancy: null };
      await state.addSession(opened).catch(async (error: unknown) => {
        if (!(error instanceof KeyFileError)) throw error;
        // A log that another key left in the folder tells nothing about this one.
        await rm(state.keystore.pathOf(walletId, RECEIPT_LOG_FILE));
        return state.addSession(opened);
      });
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
