import { access, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version, as data folders tell it: 18. */
  readonly major: number;
}

/** Finds the server of this platform among the installed packages; its links between libraries are made where they are missing. */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  const root = packageRoot(packageName);
  if (root === null)
    throw new EmbeddedPostgresError(
      'binaries_missing',
      `There is no embedded PostgreSQL for ${process.platform} ${process.arch} (npm package ${packageName} is not installed). Install PostgreSQL 18 yourself and set DATABASE_URL.`,
    );
  await hydrateLinks(root);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const initdb = join(root, 'native', 'bin', `initdb${suffix}`);
  const postgres = join(root, 'native', 'bin', `postgres${suffix}`);
  for (const file of [initdb, postgres])
    await access(file).catch(() => {
      throw new EmbeddedPostgresError('binaries_missing', `${packageName} is installed without ${basename(file)}: install it again.`);
    });
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { readonly version: string };
  return { initdb, postgres, major: Number.parseInt(version, 10) };
}

function packageRoot(packageName: string): string | null {
  try {
    // The package exports dist/index.js only.
    return dirname(dirname(createRequire(import.meta.url).resolve(packageName)));
  } catch {
    return null;
  }
}

/** What the package's install script does: npm packages cannot hold symbolic links, and the script may have been left out. */
async function hydrateLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as readonly { readonly source: string; readonly target: string }[];
  for (const { source, target } of links)
    await symlink(basename(source), join(root, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST')
        throw new EmbeddedPostgresError('binaries_missing', `cannot make the link ${target} of the embedded PostgreSQL: ${error.message}`);
    });
}
