import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AGENT_FILE, NEXT_AGENT_FILE } from './key-file.ts';
import { KeyFileError } from './key-file-problem.ts';
import { syncDirectory, writeFileAtomically } from './secure-file.ts';
import { STATE_FILE } from './state-file.ts';
import { VACANCY_FILE } from './vacancy-file.ts';

/**
 * Several files of a wallet that change together or not at all (INVARIANT I2). They are written to `change.tmp`; the rename of that folder to
 * `change-{kind}` is the one commit point; then each file is moved to its place. What a crash left behind before the commit is thrown away when
 * the keystore is opened, what it left after it is carried on with: every step may be done again.
 */
export type ChangeKind = 'rotate' | 'owner' | 'vacate';

/** What goes away with each kind, before its files come. */
const REMOVED: { readonly [Kind in ChangeKind]: readonly string[] } = {
  rotate: [VACANCY_FILE, NEXT_AGENT_FILE],
  owner: [],
  vacate: [AGENT_FILE, NEXT_AGENT_FILE, STATE_FILE],
};
const KINDS = Object.keys(REMOVED) as ChangeKind[];
const UNCOMMITTED = 'change.tmp';
const folderOf = (kind: ChangeKind): string => `change-${kind}`;

/** The change did not happen and everything is as it was. Any other failure leaves open whether it did: the next opening tells. */
export class NotCommitted extends Error {}

/** Writes and commits; `applyChange` has to follow. */
export async function commitChange(directory: string, kind: ChangeKind, files: ReadonlyMap<string, string | Uint8Array>): Promise<void> {
  const folder = join(directory, UNCOMMITTED);
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { mode: 0o700 });
    for (const [name, content] of files) await writeFileAtomically(join(folder, name), content);
    await rename(folder, join(directory, folderOf(kind)));
  } catch (error) {
    throw new NotCommitted('the files could not be written', { cause: error });
  }
  await syncDirectory(directory);
}

/** Moves the files of a committed change to their places. */
export async function applyChange(directory: string, kind: ChangeKind): Promise<void> {
  const folder = join(directory, folderOf(kind));
  for (const name of REMOVED[kind]) await rm(join(directory, name), { force: true });
  await syncDirectory(directory);
  for (const name of await readdir(folder)) await rename(join(folder, name), join(directory, name));
  await syncDirectory(directory);
  await rm(folder, { recursive: true });
  await syncDirectory(directory);
}

/** The change that was committed and not carried through, if there is one; what was not committed is thrown away. */
export async function findChange(directory: string, name: string): Promise<ChangeKind | null> {
  const entries = await readdir(directory);
  if (entries.includes(UNCOMMITTED)) await rm(join(directory, UNCOMMITTED), { recursive: true, force: true });
  const [kind = null, second] = KINDS.filter((each) => entries.includes(folderOf(each)));
  if (second) throw new KeyFileError('tampered', name, 'holds two changes at once');
  return kind;
}

/** Where a file is when the change is carried through; `null` when it goes away. */
export function placeAfter(kind: ChangeKind | null, name: string, present: readonly string[]): string | null {
  if (kind === null) return name;
  if (present.includes(name)) return join(folderOf(kind), name);
  return REMOVED[kind].includes(name) ? null : name;
}

/** The files of a committed change that have not been moved yet. */
export function filesOfChange(directory: string, kind: ChangeKind | null): Promise<readonly string[]> {
  return kind === null ? Promise.resolve([]) : readdir(join(directory, folderOf(kind)));
}
