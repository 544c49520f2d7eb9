import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Failure, misuse } from '../outcome.ts';
import { good, type Result } from '../result.ts';

/** What `npm start` writes for this tool: `data/demo/client.json`. Paths are absolute here. */
export interface ServiceFile {
  /** The folder that holds `data/`. */
  readonly root: string;
  readonly url: string | undefined;
  readonly operatorCredentialFile: string | undefined;
  readonly agentCredentialFile: string | undefined;
  readonly ownerKeyFile: string | undefined;
  readonly ownerPassphraseFile: string | undefined;
  /** Which Squads program the local chain runs. */
  readonly program: unknown;
}

const PLACE = join('data', 'demo', 'client.json');

/** The file of the running service: from the working folder upward, then from this tool's own clone; `null` where there is none. */
export function findServiceFile(cwd: string): Result<ServiceFile | null, Failure> {
  const found = upward(cwd) ?? upward(dirname(fileURLToPath(import.meta.url)));
  return found === null ? good(null) : readServiceFile(found);
}

function upward(from: string): string | null {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, PLACE))) return folder;
    if (dirname(folder) === folder) return null;
  }
}

function readServiceFile(root: string): Result<ServiceFile, Failure> {
  const path = join(root, PLACE);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return misuse(
      `${path} cannot be read (${error instanceof Error ? error.message : 'unreadable'})`,
      'start the service again with "npm start"',
    );
  }
  if (typeof content !== 'object' || content === null) return misuse(`${path} holds no object`, 'start the service again with "npm start"');
  const fields = new Map(Object.entries(content));
  const textAt = (name: string): string | undefined => {
    const value = fields.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  const pathAt = (name: string): string | undefined => {
    const value = textAt(name);
    return value === undefined ? undefined : resolve(root, value);
  };
  return good({
    root,
    url: textAt('url'),
    operatorCredentialFile: pathAt('operatorCredentialFile'),
    agentCredentialFile: pathAt('agentCredentialFile'),
    ownerKeyFile: pathAt('ownerKeyFile'),
    ownerPassphraseFile: pathAt('ownerPassphraseFile'),
    program: fields.get('program') ?? null,
  });
}
