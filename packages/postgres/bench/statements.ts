import { randomBytes } from 'node:crypto';
import { type ITransaction, type MeterWindow, ok } from '@countersign/core';
import { createPostgresDatabase } from '../src/create-postgres-database.ts';
import { startEmbeddedPostgres } from '../src/embedded/start-embedded-postgres.ts';
import { aCredential, aHolding, anAddress, anAttempt, aPolicy, aRequest, aWallet, SOL_METER } from '../src/test-support/records.ts';

/** What the statements of a payment cost: `node bench/statements.ts <folder for the data>`. Times in milliseconds, CPU of the client. */
const dataDir = process.argv[2];
if (dataDir === undefined) throw new Error('which folder for the data?');
const server = await startEmbeddedPostgres({ dataDir, port: 0, report: console.error });
const database = await createPostgresDatabase({ connectionString: server.url, report: console.error });
await database.migrate();

const wallet = aWallet();
const credential = aCredential(wallet.id);
await run(async (tx) => {
  await tx.wallets.insert(wallet);
  await tx.credentials.insert(credential, randomBytes(32));
  await tx.policies.insert(aPolicy(wallet.id, { state: 'active', activatedAtMs: 1 }));
  await tx.wallets.setPolicyRevision(wallet.id, null, 1);
});

async function run<T>(work: (tx: ITransaction) => Promise<T>): Promise<T> {
  const result = await database.transact(async (tx) => ok(await work(tx)));
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

async function measure(name: string, times: number, work: () => Promise<unknown>, divide = 1): Promise<void> {
  for (let index = 0; index < 50; index += 1) await work();
  const cpu = process.cpuUsage();
  const from = performance.now();
  for (let index = 0; index < times; index += 1) await work();
  const ms = performance.now() - from;
  const { user, system } = process.cpuUsage(cpu);
  const perRun = (value: number): string => (value / times / divide).toFixed(3).padStart(8);
  console.log(`${name.padEnd(44)} ${perRun(ms)} ms ${perRun((user + system) / 1000)} ms client CPU`);
}

const event = { chain: wallet.id, action: 'request.decided', actor: credential.id, subject: 'tx_1', details: { amount: '1', ok: true } };
const windows = [86_400, 604_800, 2_592_000].map((seconds): MeterWindow => ({ meter: SOL_METER, seconds, scope: 'wallet' }));
const holding = aHolding(1_000n);
const asked = { recipients: [anAddress()], denialsSinceMs: 0, mostDenials: 10, mostFailures: 10 };
const inner = 100;
const statements: readonly (readonly [string, (tx: ITransaction) => Promise<unknown>])[] = [
  ['nowMs', (tx) => tx.nowMs()],
  ['wallets.get', (tx) => tx.wallets.get(wallet.id)],
  ['wallets.lock', (tx) => tx.wallets.lock(wallet.id)],
  ['policies.active', (tx) => tx.policies.active(wallet.id)],
  ['budgets.usage of 3 windows', async (tx) => tx.budgets.usage(wallet.id, windows, Date.now())],
  ['requests.history', (tx) => tx.requests.history(wallet.id, asked)],
  ['audit.append (1 entry, after the first)', (tx) => tx.audit.append([event], 1)],
  ['receipts.append', (tx) => tx.receipts.append(wallet.id, wallet.agent, new Uint8Array(200), 1)],
  ['requests.insert', (tx) => tx.requests.insert(aRequest(wallet.id, credential))],
  ['requests.list (built by Kysely)', (tx) => tx.requests.list(wallet.id, { limit: 1, cursor: null, state: null })],
  ['jobs.enqueue', (tx) => tx.jobs.enqueue({ kind: 'advance-attempt', attemptId: anAttempt(wallet.id, null).id }, { startAfterMs: 500 })],
];
await measure('empty transaction (BEGIN, COMMIT)', 1_000, () => run(async () => undefined));
for (const [name, work] of statements)
  await measure(
    name,
    30,
    () =>
      run(async (tx) => {
        for (let index = 0; index < inner; index += 1) await work(tx);
      }),
    inner,
  );

/** The three transactions of a payment that the agent makes alone, as core's services write them. */
async function pay(walletId: typeof wallet.id): Promise<void> {
  const request = aRequest(walletId, credential);
  const attempt = anAttempt(walletId, request.id, { holding });
  const wire = new Uint8Array(300);
  await run(async (tx) => {
    await tx.wallets.lock(walletId);
    const atMs = await tx.nowMs();
    await tx.policies.active(walletId);
    await tx.budgets.usage(walletId, windows, atMs);
    await tx.requests.history(walletId, asked);
    await tx.idempotency.claim({ credentialId: credential.id, key: request.id, fingerprint: 'f', requestId: request.id, atMs });
    await tx.requests.insert(request);
    await tx.attempts.insert(attempt);
    await tx.budgets.reserve({ attemptId: attempt.id, walletId, holding, atMs });
    await tx.jobs.enqueue({ kind: 'advance-attempt', attemptId: attempt.id }, { startAfterMs: 500 });
    await tx.audit.append([{ ...event, chain: walletId }], atMs);
  });
  await run(async (tx) => {
    await tx.attempts.get(attempt.id);
    await tx.wallets.lockShared(walletId);
    const atMs = await tx.nowMs();
    await tx.attempts.move(attempt.id, 'prepared', 'signed', { wire, signature: attempt.id });
    await tx.requests.move(request.id, 'approved', 'signed', { atMs, signature: attempt.id });
    await tx.receipts.append(walletId, wallet.agent, new Uint8Array(200), atMs);
    await tx.audit.append([{ ...event, chain: walletId }], atMs);
  });
  await run(async (tx) => {
    await tx.wallets.lock(walletId);
    await tx.attempts.get(attempt.id);
    await tx.attempts.move(attempt.id, 'signed', 'finalized', {});
    const atMs = await tx.nowMs();
    await tx.budgets.settle(attempt.id, holding.amounts, atMs);
    await tx.requests.get(request.id);
    await tx.requests.move(request.id, 'signed', 'finalized', { atMs });
    await tx.audit.append([{ ...event, chain: walletId }], atMs);
  });
}
await measure('a whole payment, one after another', 500, () => pay(wallet.id));

const wallets = await Promise.all(
  Array.from({ length: 12 }, async () => {
    const each = aWallet();
    await run((tx) => tx.wallets.insert(each));
    return each.id;
  }),
);
await measure('a whole payment, 12 wallets side by side', 40, () => Promise.all(wallets.map(pay)), 12);
await database.close();
await server.stop();
