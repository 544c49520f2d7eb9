import { randomBytes } from 'node:crypto';
import {
  type Alert,
  advanceAttempts,
  type ChainWatch,
  createChainWatch,
  type Dependencies,
  type DomainError,
  encodeBase58,
  issueCredential,
  ok,
  type Result,
  type Role,
  reconcile,
  rulePolicyEngine,
  type WalletId,
} from '@countersign/core';
import { startTestDatabase, type TestDatabase, verifyAuditChain } from '@countersign/postgres';
import type { CreatedWallet, PreparedView, Problem, SignedIn, SignInChallengeView } from '@countersign/sdk';
import {
  createFakeChain,
  createFakeKeys,
  createTestKey,
  type FakeChain,
  type FakeKeys,
  liveSources,
  type TestKey,
} from '@countersign/testkit';
import type { FastifyInstance } from 'fastify';
import { createServer, type Server, type ServerSettings } from '../../src/http/create-server.ts';
import { createLog } from '../../src/logging.ts';
import { createMetrics, type Metrics } from '../../src/metrics/metrics.ts';
import { observeDatabase } from '../../src/metrics/observe-database.ts';
import type { IOwnerKeyHere } from '../../src/owner-key-here/owner-key-here.ts';
import { allRoutes } from '../../src/routes/all-routes.ts';

/** The HTTP interface over a real PostgreSQL, with a chain and a signer in memory. */
export interface Harness {
  readonly app: FastifyInstance;
  readonly server: Server;
  readonly deps: Dependencies;
  readonly chain: FakeChain;
  readonly keys: FakeKeys;
  readonly metrics: Metrics;
  /** Every line that was logged. */
  readonly lines: readonly string[];
  readonly alerts: readonly Alert[];
  readonly operator: string;
  /** Whether the service is connected; requests answer `not_ready` while it is not. */
  setConnected(connected: boolean): void;
  issue(role: Exclude<Role, 'owner'>, wallet: string | null): Promise<string>;
  /** The secret of a session of this owner. */
  signIn(owner: TestKey): Promise<string>;
  /** A wallet that is active and has money. */
  makeWallet(policy?: object, owner?: TestKey, more?: { readonly recovery?: string }): Promise<TestWallet>;
  ask(request: Ask): Promise<Asked>;
  /** What the jobs do, until nothing moves. */
  drive(): Promise<void>;
  close(): Promise<void>;
}
export interface TestWallet {
  readonly id: string;
  readonly owner: TestKey;
  readonly merchant: string;
  readonly agentSecret: string;
  readonly ownerSecret: string;
}
export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  readonly path: string;
  readonly as?: string | null;
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly raw?: string | Buffer;
  readonly headers?: { readonly [name: string]: string };
}
export interface Asked {
  readonly status: number;
  readonly headers: { readonly [name: string]: unknown };
  readonly text: string;
  readonly json: Problem;
}

export const POLICY = (merchant: string): object => ({
  version: 1,
  assets: [
    {
      asset: 'SOL',
      perTransaction: { autonomous: '1000', ceiling: '10000' },
      windows: [{ seconds: 86_400, autonomous: '5000', ceiling: '50000' }],
    },
  ],
  recipients: [{ address: merchant, label: 'Merchant' }],
  otherRecipients: 'countersigned',
  fees: { perTransactionLamports: '100000', rentPerTransactionLamports: '5000000' },
  signaturesPerMinute: 6000,
});

export function must<T>(result: Result<T, DomainError>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** Asks the chain each time, so that a test sees at once what it changed. */
const unremembering = (chain: FakeChain): ChainWatch => ({
  health: () => chain.health(),
  chainTimeMs: () => createChainWatch(chain, { nowMs: () => Date.now() }).chainTimeMs(),
});

/** As what the harness's service is configured to be reached. */
export const ORIGIN = { domain: '127.0.0.1:7070', uri: 'http://127.0.0.1:7070' };

export async function startHarness(
  settings: Partial<ServerSettings> = {},
  { ownerKeyHere = null }: { readonly ownerKeyHere?: IOwnerKeyHere | null } = {},
): Promise<Harness> {
  const test: TestDatabase = await startTestDatabase({ poolSize: 12 });
  const chain = createFakeChain(liveSources);
  const keys = createFakeKeys(liveSources);
  const metrics = createMetrics();
  const clock = { nowMs: () => Date.now() };
  const alerts: Alert[] = [];
  const deps: Dependencies = {
    database: observeDatabase(test.database, metrics),
    chain,
    keys,
    chainWatch: unremembering(chain),
    policyEngine: rulePolicyEngine,
    alerts: { raise: (alert) => void alerts.push(alert) },
    clock,
    random: { bytes: (count) => randomBytes(count) },
    network: must(await chain.getNetwork()),
    limits: { approvalLifetimeMs: 3_600_000, statementLifetimeMs: 600_000, firstLookMs: 600_000, resendMs: 600_000, finalityMs: 600_000 },
  };
  const lines: string[] = [];
  let connected = true;
  const server = await createServer(
    {
      host: '127.0.0.1',
      publicHost: null,
      rateLimitPerMinute: 1_000_000,
      failedLoginsPerMinute: 1_000_000,
      signaturesPerMinute: 1_000_000,
      version: 'test',
      ...settings,
    },
    {
      current: () => (connected ? deps : null),
      readiness: async () => ({
        ready: connected,
        checks: [{ name: 'chain', ok: connected, problem: 'secret words' }],
        network: 'n',
        version: 'test',
      }),
      verifyAuditChain,
      origin: () => ORIGIN,
      ownerKeyHere,
    },
    metrics,
    createLog('debug', { write: (line: string) => void lines.push(line) }),
  );
  const { app } = server;
  const issue: Harness['issue'] = async (role, wallet) =>
    must(await issueCredential(deps, { role, walletId: wallet as WalletId | null, label: `test ${role}`, actor: 'test' })).secret;
  const operator = await issue('operator', null);

  const ask: Harness['ask'] = async ({ method = 'GET', path, as = operator, body, raw, headers = {} }) => {
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const answered = await app.inject({
      method,
      url: path,
      headers: {
        host: '127.0.0.1:7070',
        ...(as === null ? {} : { authorization: `Bearer ${as}` }),
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(payload === undefined ? {} : { payload }),
    });
    let json = {} as Problem;
    try {
      json = answered.json<Problem>();
    } catch {
      // Not JSON; the test looks at the text.
    }
    if (answered.statusCode < 300) conform(method, path, answered.statusCode, json);
    return { status: answered.statusCode, headers: answered.headers, text: answered.body, json };
  };
  const signIn: Harness['signIn'] = async (owner) => {
    const asked = await ask({ method: 'POST', path: '/v1/sign-in/challenge', as: null, body: { owner: owner.address } });
    if (asked.status !== 200) throw new Error(asked.text);
    const { text } = asked.json as unknown as SignInChallengeView;
    const signature = encodeBase58(owner.sign(new TextEncoder().encode(text)));
    const entered = await ask({ method: 'POST', path: '/v1/sign-in', as: null, body: { text, signature } });
    if (entered.status !== 200) throw new Error(entered.text);
    return (entered.json as unknown as SignedIn).secret;
  };
  const drive: Harness['drive'] = async () => {
    for (let round = 0; round < 4; round += 1) {
      const unsettled = must(await deps.database.transact(async (tx) => ok(await tx.attempts.unsettled(500))));
      await advanceAttempts(
        deps,
        unsettled.map(({ id }) => id),
      );
      await reconcile(deps);
    }
  };
  const harness: Harness = {
    app,
    server,
    deps,
    chain,
    keys,
    metrics,
    lines,
    alerts,
    operator,
    setConnected: (value) => {
      connected = value;
    },
    issue,
    signIn,
    ask,
    drive,
    async makeWallet(policy, owner = createTestKey(), more = {}) {
      const merchant = createTestKey().address;
      const made = await ask({
        method: 'POST',
        path: '/v1/wallets',
        body: { name: 'test', owner: owner.address, policy: JSON.stringify(policy ?? POLICY(merchant)), ...more },
      });
      if (made.status !== 201) throw new Error(made.text);
      const { wallet, approval } = made.json as unknown as CreatedWallet;
      const approved = await approveAs(harness, approval.id, owner);
      if (approved.status !== 200) throw new Error(approved.text);
      await drive();
      const { vault } = must(await deps.database.transact(async (tx) => ok(await tx.wallets.get(wallet.id as WalletId)))) ?? {};
      if (vault !== undefined) chain.fund(vault, 1_000_000n);
      return { id: wallet.id, owner, merchant, agentSecret: await issue('agent', wallet.id), ownerSecret: await signIn(owner) };
    },
    async close() {
      await app.close();
      await test.close();
    },
  };
  return harness;
}

/** The owner prepares, signs what comes back and hands the signatures in. */
export async function approveAs(
  harness: Harness,
  approval: string,
  owner: TestKey,
  as: string = harness.operator,
  newOwner: TestKey | null = null,
): Promise<Asked> {
  const prepared = await harness.ask({ method: 'POST', path: `/v1/approvals/${approval}/prepare`, as });
  if (prepared.status !== 200) return prepared;
  const { statement, messages } = prepared.json as unknown as PreparedView;
  return harness.ask({
    method: 'POST',
    path: `/v1/approvals/${approval}/approve`,
    as,
    body: {
      statementSignature: statement === null ? null : encodeBase58(owner.sign(new TextEncoder().encode(statement))),
      messageSignatures: messages.map((message) => encodeBase58(owner.sign(Buffer.from(message, 'base64')))),
      ...(newOwner === null || statement === null
        ? {}
        : { newOwnerSignature: encodeBase58(newOwner.sign(new TextEncoder().encode(statement))) }),
    },
  });
}

/** Every answer of every test is what the description says of its route. */
function conform(method: string, path: string, status: number, body: unknown): void {
  const [at = ''] = path.split('?');
  const found = allRoutes.find((route) => route.method === method && new RegExp(`^${route.url.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(at));
  if (!found) return;
  const schema = found.answers[status];
  if (!schema) throw new Error(`${method} ${path} answered ${status}, which its route does not describe`);
  schema.parse(body);
}

let keys = 0;
/** A payment of the agent, with an idempotency key of its own unless one is given. */
export function pay(wallet: TestWallet, change: object = {}, headers: { readonly [name: string]: string } = {}): Ask {
  keys += 1;
  return {
    method: 'POST',
    path: `/v1/wallets/${wallet.id}/transactions`,
    as: wallet.agentSecret,
    body: { asset: 'SOL', amount: '100', recipient: wallet.merchant, ...change },
    headers: { 'idempotency-key': `key-${keys}`, ...headers },
  };
}
