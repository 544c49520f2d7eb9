import { resolve } from 'node:path';
import { createSealedOwnerKey, DEFAULT_KDF, KDF_FLOOR } from '@countersign/selfhost';
import { type Handler, text } from '../invocation.ts';
import { answer, failed } from '../outcome.ts';
import { keyFileFailure } from '../owner-key/key-file-failure.ts';
import { defaultOwnerKeyPath } from '../owner-key/locate.ts';
import { choosePassphrase } from '../owner-key/read-passphrase.ts';

/** `owner init`: a new owner key in a new sealed file. Talks to no service. */
const ownerInit: Handler = async (invocation) => {
  const { env, cwd, terminal } = invocation.world;
  const out = text(invocation, 'out');
  const path = out === undefined ? defaultOwnerKeyPath(env) : resolve(cwd, out);
  const named = text(invocation, 'passphraseFile') ?? (env['COUNTERSIGN_OWNER_PASSPHRASE_FILE'] || undefined);
  const passphrase = await choosePassphrase(named === undefined ? null : resolve(cwd, named), terminal);
  if (!passphrase.ok) return passphrase;
  try {
    const made = await createSealedOwnerKey({ path, passphrase: passphrase.value, kdf: DEFAULT_KDF, kdfFloor: KDF_FLOOR });
    if (!made.ok) return failed(keyFileFailure(made.error, path));
    const { owner } = made.value;
    return answer({ owner, file: path }, [
      `✓ made the owner key ${owner}`,
      '',
      `It lies sealed in ${path}.`,
      'Copy the file to a second place, and keep the passphrase apart from it: without both the money can never be moved by you.',
      `Make a wallet for it: countersign wallet create --name main --owner ${owner} --policy policy.json`,
    ]);
  } finally {
    passphrase.value.fill(0);
  }
};
export default ownerInit;
