import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from '../../end-to-end/stack.ts';
import { createHttp, type Http } from './http.ts';
import { type Line, type LyingNode, startLine, startLyingNode } from './rpc-proxy.ts';
import type { Stage } from './stage.ts';

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

/** Another replica of the API over the same database, signer and chain, all of which can be made to fail for it alone. */
export interface SecondApi {
  readonly http: Http;
  readonly nodes: readonly [LyingNode, LyingNode];
  readonly database: Line;
  readonly signer: Line;
  log(): string;
  /** The stage as it looks from here. */
  readonly stage: Stage;
  close(): Promise<void>;
}

export async function startSecondApi(stage: Stage, env: { readonly [name: string]: string } = {}): Promise<SecondApi> {
  const { stack } = stage;
  const nodes = await Promise.all([startLyingNode(stack.chain.url), startLyingNode(stack.chain.url)]);
  const databaseUrl = new URL(stack.databaseUrl);
  const database = await startLine({ port: Number(databaseUrl.port) });
  databaseUrl.hostname = '127.0.0.1';
  databaseUrl.port = String(database.port);
  const socket = join(dirname(stack.signer.socketPath), `second-${database.port}.sock`);
  const signer = await startLine({ path: stack.signer.socketPath }, socket);
  let log = '';
  const child: ChildProcess = spawn(process.execPath, [MAIN, '--die-with-parent'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      DATABASE_URL: databaseUrl.href,
      SOLANA_RPC_URLS: nodes.map(({ url }) => url).join(','),
      SIGNER_SOCKET: socket,
      CLUSTER: 'localnet',
      PORT: '0',
      LOG_LEVEL: 'debug',
      FIRST_LOOK_MS: '500',
      RESEND_MS: '300',
      FINALITY_MS: '500',
      RATE_LIMIT_PER_MINUTE: '1000000',
      RPC_TIMEOUT_MS: '1000',
      SIGNER_TIMEOUT_MS: '1000',
      ...env,
    },
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await firstUrl(child, () => log);
  const http = createHttp(() => url);
  await until('the second API is ready', async () => (await http.ask('/health/ready', null)).status === 200);
  return {
    http,
    nodes: nodes as [LyingNode, LyingNode],
    database,
    signer,
    log: () => log,
    stage: { ...stage, http, operator: stage.operator },
    async close() {
      child.kill('SIGTERM');
      await exited;
      await Promise.all([...nodes.map((node) => node.close()), database.close(), signer.close()]);
    },
  };
}

async function firstUrl(child: ChildProcess, log: () => string): Promise<string> {
  if (child.stdout === null) throw new Error('it has an output');
  for await (const line of createInterface({ input: child.stdout })) return (JSON.parse(line) as { readonly url: string }).url;
  throw new Error(`the second API did not start: ${log()}`);
}
