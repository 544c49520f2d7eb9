import { existsSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceFile } from '../connection/service-file.ts';
import { defaultOwnerKeyPath } from '../owner-key/locate.ts';

/** One thing that `doctor` looked at. `remedy` is what to do where it is not ok, or a warning: not wrong, and to be thought of. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly warning?: true;
  readonly detail: string;
  readonly remedy: string;
}

const NEEDED_MAJOR = 24;
/** Below this PostgreSQL and the chain's snapshots come into trouble. */
const LEAST_FREE_BYTES = 1_073_741_824;

/** What can be seen on this machine without asking the service. */
export function checkLocal(file: ServiceFile | null, env: { readonly [name: string]: string | undefined }): readonly Finding[] {
  const node: Finding = {
    name: 'node',
    ok: Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR,
    detail: process.version,
    remedy: 'run "npm install" in the clone: it brings Node 24',
  };
  if (file === null)
    return [node, { name: 'clone', ok: true, detail: 'no service was started from this folder (no data/demo/client.json)', remedy: '' }];
  const data = join(file.root, 'data');
  const secrets = [file.operatorCredentialFile, file.agentCredentialFile, file.ownerKeyFile, file.ownerPassphraseFile].filter(
    (path) => path !== undefined,
  );
  return [
    node,
    { name: 'clone', ok: true, detail: file.root, remedy: '' },
    program(file.program),
    diskSpace(data),
    ...secrets.map(privateFile),
    ...ownKey(defaultOwnerKeyPath(env)),
  ];
}

/** The kind and the facts that the service wrote down about the program of its chain. */
function program(named: unknown): Finding {
  const facts = typeof named === 'object' && named !== null ? Object.entries(named).map(([name, value]) => `${name} ${String(value)}`) : [];
  const detail = typeof named === 'string' ? named : facts.join(', ') || 'not told by the service that runs here';
  return { name: 'squads program', ok: true, detail, remedy: '' };
}

function diskSpace(data: string): Finding {
  try {
    const { bavail, bsize } = statfsSync(data);
    const free = bavail * bsize;
    const gib = (free / LEAST_FREE_BYTES).toFixed(1);
    return {
      name: 'disk',
      ok: free >= LEAST_FREE_BYTES,
      detail: `${gib} GiB free for ${data}`,
      remedy: 'make room: at least 1 GiB is needed',
    };
  } catch {
    return { name: 'disk', ok: false, detail: `${data} cannot be looked at`, remedy: 'check its permissions' };
  }
}

function privateFile(path: string): Finding {
  const name = `file ${path}`;
  try {
    const { mode, uid } = statSync(path);
    const octal = (mode & 0o777).toString(8).padStart(3, '0');
    const mine = uid === process.getuid?.();
    return {
      name,
      ok: (mode & 0o077) === 0 && mine,
      detail: mine ? `mode ${octal}` : 'belongs to another user',
      remedy: `let only yourself read it: chmod 600 ${path}`,
    };
  } catch {
    return { name, ok: false, detail: 'is missing or cannot be looked at', remedy: 'start the service again with "npm start"' };
  }
}

function ownKey(path: string): readonly Finding[] {
  return existsSync(path) ? [privateFile(path)] : [];
}
