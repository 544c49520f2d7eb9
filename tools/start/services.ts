import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataFolder } from './data-folder.ts';
import { readOrMakePrivateFile } from './private-file.ts';
import { ROOT } from './root.ts';
import type { ServiceCommand } from './service-process.ts';
import type { Cluster } from './start-options.ts';
import { say } from './terminal.ts';

const script = (path: string): string => join(ROOT, path);
const tell = (line: string): void => say(line.replace(/^\w+: /, ''));
const quiet = (): void => undefined;

export function postgresCommand(folder: DataFolder, port: number): ServiceCommand {
  return {
    name: 'postgres',
    args: [script('tools/start/postgres-process.ts'), '--data', folder.postgres, '--port', String(port)],
    env: {},
    onProgress: tell,
  };
}

export function chainCommand(folder: DataFolder, port: number, slotMs: number): ServiceCommand {
  const args = ['--data', folder.chain, '--port', String(port), '--slot-ms', String(slotMs), '--die-with-parent'];
  return { name: 'local chain', args: [script('packages/localchain/src/main.ts'), ...args], env: programOf(folder), onProgress: tell };
}

/** A chain goes on with the kind of program that it was begun with; without a chain the process finds one. */
function programOf(folder: DataFolder): { readonly [name: string]: string } {
  if (process.env['COUNTERSIGN_PROGRAM_SOURCE']) return {};
  try {
    const { program } = JSON.parse(readFileSync(join(folder.chain, 'genesis.json'), 'utf8')) as { readonly program: unknown };
    return { COUNTERSIGN_PROGRAM_SOURCE: String(program).startsWith('crate ') ? 'crate' : 'elf' };
  } catch {
    return {};
  }
}

/** The keystore's passphrase is made on the first start and lies beside it: for a demonstration, not for real money. */
export function signerCommand(folder: DataFolder): ServiceCommand {
  const passphraseFile = join(folder.demo, 'keystore-passphrase');
  readOrMakePrivateFile(passphraseFile, () => `${randomBytes(24).toString('base64url')}\n`);
  const args = ['--socket', folder.socket, '--keystore', folder.keystore, '--passphrase-file', passphraseFile, '--die-with-parent'];
  return { name: 'signer', args: [script('packages/selfhost/src/signer/main.ts'), ...args], env: {}, onProgress: quiet };
}

export function operatorCredentialFile(folder: DataFolder): string {
  return join(folder.demo, 'operator-credential');
}

export function apiCommand(
  folder: DataFolder,
  given: {
    readonly databaseUrl: string;
    readonly rpcUrls: string;
    readonly port: number;
    readonly cluster: Cluster;
    readonly slotMs: number;
  },
): ServiceCommand {
  return {
    name: 'api',
    args: [script('packages/api/src/main.ts'), '--die-with-parent'],
    env: {
      DATABASE_URL: given.databaseUrl,
      SOLANA_RPC_URLS: given.rpcUrls,
      CLUSTER: given.cluster === 'local' ? 'localnet' : given.cluster,
      // A block is final 32 slots after it was made.
      ...(given.cluster === 'local' ? { FINALITY_MS: String(32 * given.slotMs + 200) } : {}),
      ...passedOn(),
      SIGNER_SOCKET: folder.socket,
      HOST: '127.0.0.1',
      PORT: String(given.port),
      OPERATOR_CREDENTIAL_FILE: operatorCredentialFile(folder),
    },
    onProgress: quiet,
  };
}

/** Settings of the API that the starter has no opinion on. */
function passedOn(): { readonly [name: string]: string } {
  const names = ['LOG_LEVEL', 'RATE_LIMIT_PER_MINUTE', 'POOL_SIZE', 'COMPUTE_UNIT_PRICE_MICRO_LAMPORTS', 'APPROVAL_LIFETIME_SECONDS'];
  return Object.fromEntries(
    names
      .flatMap((name) => [name, `COUNTERSIGN_${name}`])
      .flatMap((name) => {
        const value = process.env[name];
        return value === undefined ? [] : [[name, value]];
      }),
  );
}
