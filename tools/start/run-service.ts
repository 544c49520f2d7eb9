import { join } from 'node:path';
import { describeSource } from '@countersign/localchain';
import type { DataFolder } from './data-folder.ts';
import { writeClientFile } from './demo/client-file.ts';
import { type DemoOwner, openDemoOwner } from './demo/demo-owner.ts';
import { fillFeeAccount, prepareDemo } from './demo/prepare-demo.ts';
import { freePort, isPortFree, rememberedPorts, rememberPorts } from './ports.ts';
import { postgresPort } from './postgres-port.ts';
import { balanceOf } from './rpc.ts';
import type { ReadyLine } from './service-process.ts';
import { apiCommand, chainCommand, operatorCredentialFile, postgresCommand, signerCommand } from './services.ts';
import type { StartOptions } from './start-options.ts';
import { commandLines, walletLines, whereLines } from './summary.ts';
import type { Supervisor } from './supervise.ts';
import { say, withProgress } from './terminal.ts';
import { untilReady } from './until-ready.ts';

const DEVNET_RPC_URL = 'https://api.devnet.solana.com';

interface Chain {
  /** Comma-separated. */
  readonly rpcUrls: string;
  readonly program: string;
  readonly source: unknown;
}

/** Starts everything, prepares the demo, and prints what runs and what to try. Resolves when all is ready. */
export async function runService(options: StartOptions, folder: DataFolder, supervisor: Supervisor): Promise<void> {
  const { port, cluster, slotMs } = options;
  if (!(await isPortFree(port)))
    throw new Error(`port ${port} on 127.0.0.1 is in use: stop what listens there, or choose another with "npm start -- --port N"`);
  const ports = rememberedPorts(folder.ports);
  const databasePort = await postgresPort(folder.postgres, ports.postgres);
  const owner = openDemoOwner(folder.demo);
  const signer = withProgress('Starting the signer', supervisor.start(signerCommand(folder)));
  const below = allOrFirstProblem([
    startChain(options, folder, supervisor, ports.chain),
    withProgress('Starting PostgreSQL', supervisor.start(postgresCommand(folder, databasePort))).then((ready) => textIn(ready, 'url')),
  ]);
  const api = below.then(async ([chain, databaseUrl]) => {
    const command = apiCommand(folder, { databaseUrl, rpcUrls: chain.rpcUrls, port, cluster, slotMs });
    return textIn(await withProgress('Starting the API', supervisor.start(command)), 'url');
  });
  const [[chain, databaseUrl], url, { feeAccount }] = await allOrFirstProblem([
    below,
    api,
    signer.then((ready) => ({ feeAccount: textIn(ready, 'feeAccount') })),
    owner,
  ]);
  const chainPort = cluster === 'local' ? Number(new URL(chain.rpcUrls).port) : ports.chain;
  rememberPorts(folder.ports, { postgres: Number(new URL(databaseUrl).port), chain: chainPort });
  const filled = cluster === 'local' ? fillFeeAccount(chain.rpcUrls, feeAccount) : Promise.resolve();
  await allOrFirstProblem([
    filled,
    withProgress('Waiting until the API has all it needs', untilReady(url, operatorCredentialFile(folder), join(folder.logs, 'api.log'))),
  ]);
  const where = whereLines({ folder, url, rpc: chain.rpcUrls, program: chain.program, databaseUrl });
  if (cluster === 'local') await showDemo({ folder, url, chain, owner: await owner, where });
  else await showDevnet({ folder, url, chain, feeAccount, owner: await owner, where });
  say('Countersign is ready.');
}

async function startChain(options: StartOptions, folder: DataFolder, supervisor: Supervisor, remembered: number): Promise<Chain> {
  if (options.cluster === 'devnet')
    return { rpcUrls: process.env['SOLANA_RPC_URLS'] || DEVNET_RPC_URL, program: 'Squads v4 on Solana devnet', source: { kind: 'devnet' } };
  const command = chainCommand(folder, await freePort(remembered), options.slotMs);
  const ready = await withProgress('Starting the local chain', supervisor.start(command));
  const source = ready['source'] as Parameters<typeof describeSource>[0];
  return { rpcUrls: textIn(ready, 'url'), program: describeSource(source), source };
}

interface Shown {
  readonly folder: DataFolder;
  readonly url: string;
  readonly chain: Chain;
  readonly owner: DemoOwner;
  readonly where: readonly string[];
}

async function showDemo({ folder, url, chain, owner, where }: Shown): Promise<void> {
  const operator = operatorCredentialFile(folder);
  const demo = await prepareDemo({ folder: folder.demo, url, rpcUrl: chain.rpcUrls, owner, operatorCredentialFile: operator });
  writeClientFile(folder.demo, {
    url,
    operatorCredentialFile: operator,
    agentCredentialFile: demo.agentCredentialFile,
    ownerKeyFile: owner.keyFile,
    ownerPassphraseFile: owner.passphraseFile,
    wallet: demo.wallet.id,
    program: chain.source,
  });
  for (const line of ['', ...where, ...walletLines(demo), '', 'To try, in another terminal in this folder:']) say(line);
  for (const line of commandLines({ folder, url, demo, owner })) say(line);
  say('');
}

/** On devnet nobody gives money away by program: says what to fund and what to do next. */
async function showDevnet({ folder, url, chain, owner, feeAccount, where }: Shown & { readonly feeAccount: string }): Promise<void> {
  writeClientFile(folder.demo, {
    url,
    operatorCredentialFile: operatorCredentialFile(folder),
    agentCredentialFile: null,
    ownerKeyFile: owner.keyFile,
    ownerPassphraseFile: owner.passphraseFile,
    wallet: null,
    program: chain.source,
  });
  const lamports = await balanceOf(chain.rpcUrls.split(',')[0] ?? chain.rpcUrls, feeAccount);
  for (const line of ['', ...where, `Fee account   ${feeAccount}  ${lamports} lamports`]) say(line);
  say('No demo wallet is made on devnet. To go on:');
  say(`  1. Fund the fee account with at least 0.1 SOL (https://faucet.solana.com): it pays fees and rent of all wallets.`);
  say('  2. npx countersign wallet create --help');
  say('');
}

function textIn(ready: ReadyLine, name: string): string {
  const value = ready[name];
  if (typeof value !== 'string') throw new Error(`a process got ready without saying its ${name}`);
  return value;
}

/** Like `Promise.all`, and nothing is left unhandled when one fails. */
function allOrFirstProblem<T extends readonly unknown[]>(work: readonly [...{ [I in keyof T]: Promise<T[I]> }]): Promise<T> {
  for (const each of work) each.catch(() => undefined);
  return Promise.all(work) as unknown as Promise<T>;
}
