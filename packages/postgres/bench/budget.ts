import {
  assetMeter,
  type BudgetLine,
  FEES_METER,
  type Holding,
  type Meter,
  type MeterWindow,
  NATIVE_ASSET,
  ok,
  recipientMeter,
  TRANSACTIONS_METER,
} from '@countersign/core';
import { Client } from 'pg';
import { createPostgresDatabase, type PostgresDatabase } from '../src/create-postgres-database.ts';
import { startEmbeddedPostgres } from '../src/embedded/start-embedded-postgres.ts';
import { BUDGET_ROOM_AT, BUDGET_USAGE } from '../src/stores/budget-store.ts';
import { WALLET_HISTORY } from '../src/stores/wallet-history.ts';
import { aPayer, endAttempt, type Payer } from '../src/test-support/a-payment.ts';
import { anAddress, anAttempt, aRequest } from '../src/test-support/records.ts';
import { fillPast } from './fill-past.ts';

/**
 * What a decision costs with no, ten thousand and a million past payments: `node bench/budget.ts <folder for the data>`. One database for each,
 * measured in turns, so that the machine's moods meet all alike; without fsync, so that the disk does not hide what the queries cost.
 * docs/adr/0007-budget-windows.md.
 */
const dataDir = process.argv[2];
if (dataDir === undefined) throw new Error('which folder for the data?');
const PAST = [0, 10_000, 1_000_000] as const;
const ROUNDS = 1_500;
const WARM_UP = 200;
const DAY = 86_400;

const server = await startEmbeddedPostgres({
  dataDir,
  port: 0,
  report: console.error,
  settings: { fsync: 'off', full_page_writes: 'off', shared_buffers: '512MB' },
});
const recipient = anAddress();
const SOL: Meter = assetMeter(NATIVE_ASSET);
const METERS: readonly Meter[] = [TRANSACTIONS_METER, FEES_METER, SOL, recipientMeter(NATIVE_ASSET, recipient)];
const HOLDING: Holding = { alone: true, amounts: METERS.map((meter) => ({ meter, amount: 10n })) };
const WINDOWS: readonly MeterWindow[] = [
  { meter: SOL, seconds: 3_600, scope: 'wallet' },
  { meter: SOL, seconds: DAY, scope: 'wallet' },
  { meter: SOL, seconds: 30 * DAY, scope: 'owner' },
  { meter: TRANSACTIONS_METER, seconds: DAY, scope: 'wallet' },
  { meter: FEES_METER, seconds: DAY, scope: 'wallet' },
  { meter: recipientMeter(NATIVE_ASSET, recipient), seconds: 7 * DAY, scope: 'wallet' },
];

interface World {
  readonly past: number;
  readonly database: PostgresDatabase;
  readonly payer: Payer;
  readonly url: string;
}

async function makeWorld(past: number): Promise<World> {
  const url = new URL(server.url);
  const admin = new Client({ connectionString: server.url });
  await admin.connect();
  await admin.query(`CREATE DATABASE past_${past}`);
  await admin.end();
  url.pathname = `/past_${past}`;
  const database = await createPostgresDatabase({ connectionString: url.href, report: console.error, poolSize: 1 });
  await database.migrate();
  const payer = await aPayer(database);
  const from = performance.now();
  if (past > 0) await fillPast(url.href, payer, METERS, recipient, past);
  console.error(`${past} past payments made in ${((performance.now() - from) / 1000).toFixed(0)} s`);
  return { past, database, payer, url: url.href };
}

/** Evaluate and reserve: everything that the past could make slower, in one transaction under the row lock. */
async function decide({ database, payer: { wallet, credential } }: World): Promise<() => Promise<void>> {
  const request = aRequest(wallet.id, credential);
  const attempt = anAttempt(wallet.id, request.id, { holding: HOLDING });
  const result = await database.transact(async (tx) => {
    const [, atMs] = await Promise.all([tx.wallets.lock(wallet.id), tx.nowMs()]);
    await Promise.all([
      tx.budgets.usage(wallet.id, WINDOWS, atMs),
      tx.requests.history(wallet.id, { recipients: [recipient], denialsSinceMs: atMs - DAY * 1000, mostDenials: 10, mostFailures: 10 }),
    ]);
    await Promise.all([
      tx.requests.insert(request),
      tx.attempts.insert(attempt),
      tx.budgets.reserve({ attemptId: attempt.id, walletId: wallet.id, holding: HOLDING, atMs }),
    ]);
    return ok(undefined);
  });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return () => endAttempt(database, attempt.id, { amounts: HOLDING.amounts, atMs: Date.now() + 1_000 });
}

const LINE: Omit<BudgetLine, 'of' | 'comesBackAtMs'> = {
  terms: METERS.map((meter) => ({ meter, weight: 3n })),
  scope: 'owner',
  windowSeconds: 30 * DAY,
  limitKind: 'ceiling',
  // More than the rounds leave open, less than they settle: the search is gone through.
  limit: 30_000n,
  used: 0n,
  remaining: 0n,
  asked: 5n,
};
const comesBack = ({ database, payer: { wallet } }: World) =>
  database.transact(async (tx) => ok(await tx.budgets.comesBackAt(wallet.id, LINE, await tx.nowMs())));

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
const quantile = (times: readonly number[], at: number): number =>
  [...times].sort((one, other) => one - other)[Math.floor(times.length * at)] ?? 0;

const worlds: World[] = [];
for (const past of PAST) worlds.push(await makeWorld(past));
const decided = worlds.map((): number[] => []);
const settled = worlds.map((): number[] => []);
const came = worlds.map((): number[] => []);
for (let round = -WARM_UP; round < ROUNDS; round += 1)
  for (let turn = 0; turn < worlds.length; turn += 1) {
    const index = (turn + round + WARM_UP) % worlds.length;
    const world = worlds[index];
    if (world === undefined) throw new Error('no such world');
    let settle = async (): Promise<void> => undefined;
    const deciding = await timed(async () => {
      settle = await decide(world);
    });
    // What was sent and proven counts as settled from then on; one in ten stays open.
    const settling = round % 10 === 0 ? null : await timed(settle);
    const coming = await timed(() => comesBack(world));
    if (round < 0) continue;
    decided[index]?.push(deciding);
    if (settling !== null) settled[index]?.push(settling);
    came[index]?.push(coming);
  }

const ms = (value: number): string => value.toFixed(3).padStart(7);
const base = quantile(decided[0] ?? [], 0.5);
console.log('| past payments | evaluate + reserve p50 | p95 | ratio of p50 | land + settle p50 | comesBackAt p50 |');
console.log('|---|---|---|---|---|---|');
for (const [index, { past }] of worlds.entries()) {
  const p50 = quantile(decided[index] ?? [], 0.5);
  console.log(
    `| ${past} | ${ms(p50)} ms | ${ms(quantile(decided[index] ?? [], 0.95))} ms | ${(p50 / base).toFixed(2)} | ${ms(quantile(settled[index] ?? [], 0.5))} ms | ${ms(quantile(came[index] ?? [], 0.5))} ms |`,
  );
}

/** Plans as the service's connections make them: one for all values, scans as the last resort. */
const last = worlds.at(-1);
if (last === undefined) throw new Error('no world');
const client = new Client({
  connectionString: last.url,
  options: '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off',
});
await client.connect();
const nowMs = Date.now();
const id = `'${last.payer.wallet.id}'`;
const list = (values: readonly unknown[]): string => `'{${values.join(',')}}'`;
const plans: readonly (readonly [name: string, types: string, text: string, values: string])[] = [
  [
    'usage',
    'text, text[], bigint[], boolean[]',
    BUDGET_USAGE.text,
    `${id}, ${list(WINDOWS.map(({ meter }) => meter))}, ${list(WINDOWS.map(({ seconds }) => nowMs - seconds * 1000))}, ${list(WINDOWS.map(({ scope }) => scope === 'owner'))}`,
  ],
  ['history', 'text, text[], bigint, bigint, bigint', WALLET_HISTORY.text, `${id}, '{${recipient}}', ${nowMs - DAY * 1000}, 10, 10`],
  [
    'room_at',
    'text, boolean, text[], numeric[], boolean, bigint, bigint, numeric',
    BUDGET_ROOM_AT.text,
    `${id}, true, ${list(METERS)}, '{3,3,3,3}', false, ${30 * DAY * 1000}, ${nowMs}, 29995`,
  ],
];
for (const [name, types, text, values] of plans) {
  await client.query(`PREPARE ${name} (${types}) AS ${text}`);
  await client.query(`EXECUTE ${name} (${values})`);
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) EXECUTE ${name} (${values})`,
  );
  console.log(`\n${name} at ${last.past} past payments:\n${rows.map((row) => row['QUERY PLAN']).join('\n')}`);
}
await client.end();
for (const { database } of worlds) await database.close();
await server.stop();
