import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { encodeBase58, type Result } from '@countersign/core';
import { type RunningLocalchain, startLocalchain } from '@countersign/localchain';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@countersign/postgres';
import {
  type ApprovalView,
  type Approve,
  type ClientProblem,
  type CountersignClient,
  createClient,
  type PreparedView,
  type TransactionState,
  type TransactionView,
} from '@countersign/sdk';
import { type SignerProcess, spawnSigner } from '@countersign/selfhost';
import { createTestKey, type TestKey } from '@countersign/testkit';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
export const SOL = 1_000_000_000n;
/** Of the keystore. */
export const PASSPHRASE = 'a passphrase of the end-to-end tests';

/** The whole service as processes: chain, signer, database server, and the API that connects them. */
export interface Stack {
  readonly url: string;
  readonly chain: RunningLocalchain;
  readonly signer: SignerProcess;
  readonly databaseUrl: string;
  readonly apiPid: number;
  readonly operator: CountersignClient;
  /** Everything that the API wrote on standard error. */
  log(): string;
  /** `null`: without a credential. */
  client(credential: string | null): CountersignClient;
  /** What service, signer and database server keep: `postgres`, `postgres.password`, `keystore`, `passphrase`. */
  readonly folder: string;
  /** SIGKILL of the database server, then it starts again on the same port. */
  crashDatabase(downMs: number): Promise<void>;
  /** A clean end; `startDatabase` starts it again on the same port, over what lies in its folder then. */
  stopDatabase(): Promise<void>;
  startDatabase(): Promise<void>;
  killSigner(): Promise<void>;
  restartSigner(): Promise<void>;
  crashApi(): Promise<void>;
  /** Resolves when the API's process is gone. */
  apiExited(): Promise<number | null>;
  stopApi(): Promise<number | null>;
  startApi(): Promise<void>;
  /** One more API process over the same database, chain and signer; `env` has the last word. */
  startReplica(env?: { readonly [name: string]: string }): Promise<{ readonly url: string; stop(): Promise<void> }>;
  rpc(method: string, params: readonly unknown[]): Promise<unknown>;
  fund(address: string, lamports: bigint): Promise<void>;
  /** Ends API, signer and database server and deletes everything that they had; the chain goes on. */
  deleteService(): Promise<void>;
  close(): Promise<void>;
}

export function must<T>(result: Result<T, ClientProblem>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

interface Api {
  readonly child: ChildProcess;
  readonly url: string;
  readonly exited: Promise<number | null>;
}

export interface StackOptions {
  /** Modules that the API's process loads first. */
  readonly imports?: readonly string[];
  readonly slotMs?: number;
  /** For the signer, beside a cheap key derivation. */
  readonly signerArguments?: readonly string[];
}

export async function startStack(env: { readonly [name: string]: string } = {}, options: StackOptions = {}): Promise<Stack> {
  const { imports = [], slotMs = 50, signerArguments = [] } = options;
  const folder = await mkdtemp(join(tmpdir(), 'countersign-api-'));
  const passphraseFile = join(folder, 'passphrase');
  await writeFile(passphraseFile, `${PASSPHRASE}\n`, { mode: 0o600 });
  const [chain, firstDatabase] = await Promise.all([
    startLocalchain({ slotMs, weather: true }),
    startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), port: await freePort(), report: () => undefined }),
  ]);
  let database: EmbeddedPostgres = firstDatabase;
  const socketPath = join(folder, 'signer.sock');
  const startSigner = async (): Promise<SignerProcess> => {
    const started = await spawnSigner({
      socketPath,
      keystoreDirectory: join(folder, 'keystore'),
      passphraseFile,
      moreArguments: ['--kdf-memory-mib', '64', '--kdf-passes', '2', ...signerArguments],
    });
    if (!started.ok) throw new Error(started.error);
    return started.value;
  };
  let signer = await startSigner();
  const credentialFile = join(folder, 'operator');
  const port = await freePort();
  let log = '';
  const startApi = async (onPort: number = port, more: { readonly [name: string]: string } = {}): Promise<Api> => {
    const child = spawn(process.execPath, [...imports.flatMap((module) => ['--import', module]), MAIN, '--die-with-parent'], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'] ?? '',
        DATABASE_URL: database.url,
        SOLANA_RPC_URLS: chain.url,
        SIGNER_SOCKET: socketPath,
        CLUSTER: 'localnet',
        PORT: String(onPort),
        OPERATOR_CREDENTIAL_FILE: credentialFile,
        LOG_LEVEL: 'debug',
        FIRST_LOOK_MS: '500',
        RESEND_MS: '300',
        FINALITY_MS: '500',
        ...env,
        ...more,
      },
    });
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
    const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    for await (const line of createInterface({ input: child.stdout })) {
      const { url } = JSON.parse(line) as { readonly url: string };
      return { child, url, exited };
    }
    throw new Error(`the API did not start: ${log}`);
  };
  const replicas: Api[] = [];
  let api = await startApi();
  const client = (credential: string | null): CountersignClient => createClient({ baseUrl: api.url, credential, timeoutMs: 20_000 });
  const rpc: Stack['rpc'] = async (method, params) => {
    const response = await fetch(chain.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const { result, error } = (await response.json()) as { readonly result?: unknown; readonly error?: { readonly message: string } };
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  };
  const fund: Stack['fund'] = async (address, lamports) => {
    await rpc('requestAirdrop', [address, Number(lamports)]);
    await until('the airdrop', async () => {
      const { value } = (await rpc('getBalance', [address, { commitment: 'finalized' }])) as { readonly value: number };
      return BigInt(value) >= lamports;
    });
  };
  await fund(signer.feeAccount, 10n * SOL);
  await until('the API is ready', async () => {
    const ready = await fetch(`${api.url}/health/ready`);
    if (!ready.ok) throw new Error(`${await ready.text()} ${log}`);
    return true;
  });
  const operator = client((await readFile(credentialFile, 'utf8')).trim());
  const stack: Stack = {
    get url() {
      return api.url;
    },
    chain,
    get signer() {
      return signer;
    },
    databaseUrl: database.url,
    get apiPid() {
      return api.child.pid ?? 0;
    },
    operator,
    log: () => log,
    client,
    folder,
    async crashDatabase(downMs) {
      process.kill(database.pid, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, downMs));
      await stack.startDatabase();
    },
    stopDatabase: () => database.stop(),
    async startDatabase() {
      database = await startEmbeddedPostgres({
        dataDir: join(folder, 'postgres'),
        port: Number(new URL(database.url).port),
        report: () => undefined,
      });
    },
    async killSigner() {
      process.kill(signer.pid, 'SIGKILL');
      await signer.exited;
    },
    async restartSigner() {
      signer = await startSigner();
    },
    async crashApi() {
      api.child.kill('SIGKILL');
      await api.exited;
    },
    apiExited: () => api.exited,
    async stopApi() {
      api.child.kill('SIGTERM');
      return api.exited;
    },
    async startApi() {
      api = await startApi();
      await until('the API is ready again', async () => (await fetch(`${api.url}/health/live`)).ok);
    },
    async startReplica(more = {}) {
      const replica = await startApi(await freePort(), more);
      replicas.push(replica);
      await until('the replica is ready', async () => (await fetch(`${replica.url}/health/ready`)).ok);
      return {
        url: replica.url,
        async stop() {
          replica.child.kill('SIGTERM');
          await replica.exited;
        },
      };
    },
    rpc,
    fund,
    async deleteService() {
      api.child.kill('SIGKILL');
      await api.exited;
      await stack.killSigner();
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
    async close() {
      for (const replica of replicas) replica.child.kill('SIGTERM');
      await Promise.all(replicas.map(({ exited }) => exited));
      api.child.kill('SIGTERM');
      await api.exited;
      await signer.stop();
      await chain.close();
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return stack;
}

export interface StackWallet {
  readonly id: string;
  readonly vault: string;
  readonly owner: TestKey;
  readonly merchant: string;
  readonly agent: CountersignClient;
  readonly ownerClient: CountersignClient;
  /** The credentials themselves. */
  readonly agentSecret: string;
  readonly ownerSecret: string;
}

export const policyFor = (merchant: string, change: object = {}): string =>
  JSON.stringify({
    version: 1,
    assets: [
      {
        asset: 'SOL',
        perTransaction: { autonomous: '10000000', ceiling: '1000000000' },
        windows: [{ seconds: 86_400, autonomous: '100000000', ceiling: '3000000000' }],
      },
    ],
    recipients: [{ address: merchant, label: 'Merchant' }],
    otherRecipients: 'countersigned',
    fees: { perTransactionLamports: '100000', rentPerTransactionLamports: '10000000' },
    signaturesPerMinute: 600,
    ...change,
  });

/** A wallet on chain with 5 SOL in its vault, made as a person makes one. */
export async function makeStackWallet(stack: Stack, policyChange: object = {}): Promise<StackWallet> {
  const { operator } = stack;
  const owner = createTestKey();
  const merchant = createTestKey().address;
  // A recipient below rent exemption cannot be paid little.
  await stack.fund(merchant, SOL / 100n);
  const created = must(
    await operator.createWallet({ name: 'end to end', owner: owner.address, policy: policyFor(merchant, policyChange) }),
  );
  const { id } = created.wallet;
  must(await countersign(operator, created.approval.id, owner));
  await until('the wallet is active', async () => must(await operator.getWallet(id)).state === 'active');
  const { vault } = must(await operator.getWallet(id));
  if (vault === null) throw new Error('an active wallet has a vault');
  await stack.fund(vault, 5n * SOL);
  const agentSecret = must(await operator.createCredential({ role: 'agent', wallet: id, label: 'end to end agent' })).secret;
  const ownerSecret = await signInAs(stack.client(null), owner);
  return { id, vault, owner, merchant, agent: stack.client(agentSecret), ownerClient: stack.client(ownerSecret), agentSecret, ownerSecret };
}

/** The secret of a session of this owner. */
export async function signInAs(anybody: CountersignClient, owner: TestKey): Promise<string> {
  const { text } = must(await anybody.askSignIn({ owner: owner.address }));
  return must(await anybody.signIn({ text, signature: encodeBase58(owner.sign(new TextEncoder().encode(text))) })).secret;
}

/** What the owner's tool does, without looking: signs what was prepared and hands it in. */
export async function countersign(
  client: CountersignClient,
  approval: string,
  owner: TestKey,
): Promise<Result<ApprovalView, ClientProblem>> {
  const prepared = await client.prepareApproval(approval);
  return prepared.ok ? client.approve(approval, consentTo(prepared.value, owner)) : prepared;
}

export function consentTo({ statement, messages }: PreparedView, owner: TestKey): Approve {
  return {
    statementSignature: statement === null ? null : encodeBase58(owner.sign(new TextEncoder().encode(statement))),
    messageSignatures: messages.map((message) => encodeBase58(owner.sign(Buffer.from(message, 'base64')))),
  };
}

export async function untilState(wallet: StackWallet, id: string, state: TransactionState): Promise<TransactionView> {
  let last: TransactionView | null = null;
  await until(`the transaction is ${state}`, async () => {
    const read = await wallet.agent.getTransaction(wallet.id, id);
    if (read.ok) last = read.value;
    return last?.state === state;
  }).catch((error: Error) => {
    throw new Error(`${error.message}; it is ${JSON.stringify(last)}`);
  });
  if (last === null) throw new Error('it was read');
  return last;
}

export async function until(what: string, holds: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const deadlineMs = Date.now() + timeoutMs;
  let problem = '';
  while (Date.now() < deadlineMs) {
    try {
      if (await holds()) return;
    } catch (error) {
      problem = error instanceof Error ? error.message : '';
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited ${timeoutMs} ms in vain until ${what} ${problem}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
