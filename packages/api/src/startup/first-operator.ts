import { open, rename, rm } from 'node:fs/promises';
import { type Dependencies, issueCredential, ok, revokeCredential, SERVICE } from '@countersign/core';

/**
 * Makes the first operator credential where there is none that still works, and writes its secret to `path`, readable by this user only. The
 * file is opened before the credential is made and takes its place when it is complete; a credential that could not be written down is revoked.
 * Returns whether one was made. Throws when the database or the file cannot be used.
 */
export async function makeFirstOperator(
  deps: Pick<Dependencies, 'database' | 'random' | 'clock'>,
  path: string,
): Promise<'made' | 'there is one'> {
  const found = await deps.database.transact(async (tx) => ok(await tx.credentials.list({ walletId: null, role: 'operator' })), {
    retry: 'nothing-leaves-the-process',
  });
  if (!found.ok) throw new Error('the credentials could not be read');
  if (found.value.some(({ revokedAtMs }) => revokedAtMs === null)) return 'there is one';
  const unfinished = `${path}.new`;
  await rm(unfinished, { force: true });
  const file = await open(unfinished, 'wx', 0o600);
  try {
    const issued = await issueCredential(deps, { role: 'operator', walletId: null, label: 'first operator', actor: SERVICE });
    if (!issued.ok) throw new Error(`the first operator credential could not be made: ${issued.error.code}`);
    try {
      await file.writeFile(`${issued.value.secret}\n`);
      await file.sync();
      await rename(unfinished, path);
    } catch (error) {
      await revokeCredential(deps, { credentialId: issued.value.credential.id, actor: SERVICE });
      throw error;
    }
  } finally {
    await file.close();
    await rm(unfinished, { force: true });
  }
  return 'made';
}
