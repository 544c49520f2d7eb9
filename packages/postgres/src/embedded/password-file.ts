import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';

/** Beside the data folder, so that a copy of the folder alone opens nothing. */
export function passwordFileOf(dataDir: string): string {
  return `${dataDir}.password`;
}

export async function readPassword(dataDir: string): Promise<string | null> {
  try {
    return (await readFile(passwordFileOf(dataDir), 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Makes 32 random bytes as base64url and keeps them with mode 0600. */
export async function makePassword(dataDir: string): Promise<string> {
  const password = randomBytes(32).toString('base64url');
  const path = passwordFileOf(dataDir);
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(`${password}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  return password;
}
