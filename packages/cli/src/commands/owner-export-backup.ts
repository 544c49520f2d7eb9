import { exportOwnerBackup, KDF_FLOOR } from '@countersign/selfhost';
import { flag, type Handler, text } from '../invocation.ts';
import { answer, failed } from '../outcome.ts';
import { keyFileFailure } from '../owner-key/key-file-failure.ts';
import { locateOwnerKey } from '../owner-key/locate.ts';
import { writeNewFile } from '../support/write-new-file.ts';

const DEFAULT_FILE = 'owner-backup.json';

/** `owner export-backup`: a copy of a sealed key to keep elsewhere, as a file or as lines to print. Needs no passphrase. */
const ownerExportBackup: Handler = async (invocation) => {
  const place = locateOwnerKey(invocation);
  if (!place.ok) return place;
  const { path } = place.value;
  const backup = await exportOwnerBackup({ path, kdfFloor: KDF_FLOOR });
  if (!backup.ok) return failed(keyFileFailure(backup.error, path));
  const { owner, file: content, print } = backup.value;
  const named = text(invocation, 'out');
  const printed = flag(invocation, 'print');
  const out = named ?? (printed ? null : DEFAULT_FILE);
  const file = out === null ? null : writeNewFile(invocation.world.cwd, out, content);
  if (file !== null && !file.ok) return file;
  const json = { owner, ...(file === null ? {} : { file: file.value }), ...(printed ? { print } : {}) };
  return answer(json, [
    ...(printed ? [...print.trimEnd().split('\n'), ''] : []),
    ...(file === null ? [] : [`✓ written to ${file.value}`, '']),
    'Keep it where the passphrase is not. It cannot be told here whether it opens: try once with',
    `countersign owner restore ${out ?? 'FILE'} --out trial.json, and delete trial.json afterwards.`,
  ]);
};
export default ownerExportBackup;
