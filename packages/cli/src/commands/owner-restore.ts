import { resolve } from 'node:path';
import { KDF_FLOOR, restoreOwnerBackup } from '@countersign/selfhost';
import { flag, type Handler, type Invocation, text } from '../invocation.ts';
import { answer, type Failure, failed } from '../outcome.ts';
import { keyFileFailure } from '../owner-key/key-file-failure.ts';
import { defaultOwnerKeyPath } from '../owner-key/locate.ts';
import { readPassphrase } from '../owner-key/read-passphrase.ts';
import { good, type Result } from '../result.ts';
import { readRaw } from '../support/read-carried.ts';

/** `owner restore FILE`: makes a key file of a backup, in either form, after opening it. Nothing is written over. */
const ownerRestore: Handler = async (invocation) => {
  const { env, cwd } = invocation.world;
  const backup = await readRaw(invocation.world, invocation.args[0] ?? '');
  if (!backup.ok) return backup;
  const out = text(invocation, 'out');
  const path = out === undefined ? defaultOwnerKeyPath(env) : resolve(cwd, out);
  const passphrase = await passphraseFor(invocation);
  if (!passphrase.ok) return passphrase;
  try {
    const input = { path, kdfFloor: KDF_FLOOR, backup: Buffer.from(backup.value), passphrase: passphrase.value };
    const restored = await restoreOwnerBackup(input);
    if (!restored.ok) return failed(keyFileFailure(restored.error, restored.error.code === 'exists' ? path : 'in the backup'));
    const { owner, opened } = restored.value;
    return answer({ owner, file: path, opened }, [
      `✓ the owner key ${owner} is in ${path}`,
      opened ? 'It was opened with the passphrase.' : '! It was not opened: nobody knows yet whether the passphrase fits.',
    ]);
  } finally {
    passphrase.value?.fill(0);
  }
};
export default ownerRestore;

async function passphraseFor(invocation: Invocation): Promise<Result<Buffer | null, Failure>> {
  if (flag(invocation, 'unopened')) return good(null);
  const { env, cwd, terminal } = invocation.world;
  const named = text(invocation, 'passphraseFile') ?? (env['COUNTERSIGN_OWNER_PASSPHRASE_FILE'] || undefined);
  return readPassphrase(named === undefined ? null : resolve(cwd, named), terminal, 'Passphrase of the key in the backup: ');
}
