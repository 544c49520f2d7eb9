import { resolve } from 'node:path';
import { changeOwnerPassphrase, DEFAULT_KDF, KDF_FLOOR } from '@countersign/selfhost';
import { type Handler, text } from '../invocation.ts';
import { answer, failed } from '../outcome.ts';
import { keyFileFailure } from '../owner-key/key-file-failure.ts';
import { locateOwnerKey } from '../owner-key/locate.ts';
import { choosePassphrase, readPassphrase } from '../owner-key/read-passphrase.ts';

/** `owner change-passphrase`: seals the same key to another passphrase. The file opens with one of the two whatever happens. */
const ownerChangePassphrase: Handler = async (invocation) => {
  const { cwd, terminal } = invocation.world;
  const place = locateOwnerKey(invocation);
  if (!place.ok) return place;
  const { path, passphraseFile } = place.value;
  const before = await readPassphrase(passphraseFile, terminal, `Passphrase of ${path}: `);
  if (!before.ok) return before;
  const named = text(invocation, 'newPassphraseFile');
  const after = await choosePassphrase(named === undefined ? null : resolve(cwd, named), terminal);
  try {
    if (!after.ok) return after;
    const change = { path, kdfFloor: KDF_FLOOR, kdf: DEFAULT_KDF, passphrase: before.value, newPassphrase: after.value };
    const changed = await changeOwnerPassphrase(change);
    if (!changed.ok) return failed(keyFileFailure(changed.error, path));
    return answer({ owner: changed.value.owner, file: path }, [
      `✓ ${path} opens with the new passphrase from now on, and was opened with it`,
      '',
      'Copies and backups of the file still open with the old one: replace them ("countersign owner export-backup").',
      'Whoever has a copy and knows the old passphrase has the key: if you fear that, replace the key ("countersign keys replace-owner").',
    ]);
  } finally {
    before.value.fill(0);
    if (after.ok) after.value.fill(0);
  }
};
export default ownerChangePassphrase;
