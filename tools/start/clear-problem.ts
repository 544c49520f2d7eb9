const KNOWN: { readonly [code: string]: string } = {
  ENOSPC: 'the disk is full: make room and start again',
  EDQUOT: 'the disk quota is used up: make room and start again',
  EROFS: 'the data folder is on a read-only disk: name another with --data',
  EACCES: 'the data folder is closed to this user',
  EPERM: 'the data folder belongs to another user',
  ENOTDIR: 'the data folder, or a folder above it, is a file',
};

/** One line for a person, whatever was thrown. */
export function clearProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, path } = error as NodeJS.ErrnoException;
  const known = code === undefined ? undefined : KNOWN[code];
  if (known !== undefined) return path === undefined ? known : `${known} (${path})`;
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`.replaceAll('\n', ' ');
}
