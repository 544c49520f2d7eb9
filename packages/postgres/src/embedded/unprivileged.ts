import { execFile } from 'node:child_process';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';

const UNSHARE: readonly string[] = ['unshare', '--user', '--map-user=1000', '--map-group=1000'];

/**
 * What to put before a command so that PostgreSQL, which refuses to run as root, runs. As root that is a user namespace in which root is
 * user 1000: the files stay root's, and folders closed to others stay reachable.
 */
export async function unprivilegedPrefix(): Promise<readonly string[]> {
  if (process.getuid?.() !== 0) return [];
  const problem = await new Promise<string | null>((resolve) => {
    const [command = 'unshare', ...args] = [...UNSHARE, 'true'];
    execFile(command, args, (error, _stdout, stderr) => resolve(error === null ? null : stderr.trim() || error.message));
  });
  if (problem === null) return UNSHARE;
  throw new EmbeddedPostgresError(
    'root_not_permitted',
    `PostgreSQL does not run as root, and this machine permits no user namespace (${problem}). Run Countersign as an ordinary user, or set DATABASE_URL to a PostgreSQL 18 that runs elsewhere.`,
  );
}
