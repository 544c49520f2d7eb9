import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT_CODES, type Failure, failed } from '../outcome.ts';
import { good, type Result } from '../result.ts';

/** Writes a file that only its user can read, and gives its whole path. A file that is there is not written over, but for one of one's own. */
export function writeNewFile(cwd: string, file: string, content: string | Uint8Array, own: boolean = false): Result<string, Failure> {
  const path = resolve(cwd, file);
  try {
    writeFileSync(path, content, { flag: own ? 'w' : 'wx', mode: 0o600 });
    return good(path);
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
    return failed({
      exitCode: exists ? EXIT_CODES.conflict : EXIT_CODES.usage,
      code: 'file_not_written',
      message: exists ? `${path} is there already` : `${path} cannot be written (${error instanceof Error ? error.message : 'unknown'})`,
      remedy: 'choose another name',
    });
  }
}
