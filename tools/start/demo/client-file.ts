import { join } from 'node:path';
import { writePrivateFile } from '../private-file.ts';
import { fromRoot } from '../root.ts';

/** What `npx countersign` needs to find the running service; no secrets, only where they lie. Files relative to the clone. */
export interface ClientFile {
  readonly url: string;
  readonly operatorCredentialFile: string;
  readonly agentCredentialFile: string | null;
  readonly ownerKeyFile: string | null;
  readonly ownerPassphraseFile: string | null;
  readonly wallet: string | null;
  /** Which Squads program the local chain runs. */
  readonly program: unknown;
}

export function writeClientFile(demo: string, content: ClientFile): void {
  const paths = ['operatorCredentialFile', 'agentCredentialFile', 'ownerKeyFile', 'ownerPassphraseFile'] as const;
  const short = Object.fromEntries(paths.map((name) => [name, content[name] === null ? null : fromRoot(content[name])]));
  writePrivateFile(join(demo, 'client.json'), `${JSON.stringify({ ...content, ...short }, null, 2)}\n`);
}
