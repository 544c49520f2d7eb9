import { isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the clone. */
export const ROOT: string = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** A path as one types it in the clone: relative when it lies in it, else absolute. */
export function fromRoot(path: string): string {
  const short = relative(ROOT, path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
}
