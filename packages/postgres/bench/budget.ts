import { Client, type QueryConfig } from 'pg';
import { startEmbeddedPostgres } from '../src/embedded/start-embedded-postgres.ts';
import { migrate } from '../src/migrate/migrate.ts';
import { BUDGET_USAGE } from '../src/stores/budget-store.ts';

/** How the budget queries grow with the entries of a wallet: `node bench/budget.ts <folder for the data>`. docs/adr/0007-budget-windows.md. */
const dataDir = process.argv[2];
if (dataDir === undefined) throw new Error('which folder for the data?');
const server = await startEmbeddedPostgres({ dataDir, port: 0, report: console.error });
await migrate(server.url);
const client = new Client({ connectionString: server.url, options: '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off' });
await client.connect();

const NOW_MS = 2_000_000_000_000;
const MONTH_MS = 2_592_000_000;
/** Spread over two months, so that every window of a policy is deep inside; one in fifty was released. */
const FILL = `INSERT INTO budget_entries (attempt_id, wallet_id, asset, seq, amount, route, at_ms, cumulative_autonomous, cumulative_total, state, released_amount)
  SELECT $1 || i, $1, 'SOL', i, 10, 'autonomous', ${NOW_MS - 2 * MONTH_MS} + (i * ${2 * MONTH_MS}::numeric / $2::int)::bigint, i * 10, i * 10,
    CASE WHEN i % 50 = 0 THEN 'released' ELSE 'settled' END, CASE WHEN i % 50 = 0 THEN 10 ELSE 0 END
  FROM generate_series(1, $2::int) AS i`;

async function meanMs(times: number, query: QueryConfig): Promise<string> {
  for (let index = 0; index < 10; index += 1) await client.query(query);
  const from = performance.now();
  for (let index = 0; index < times; index += 1) await client.query(query);
  return ((performance.now() - from) / times).toFixed(3);
}

for (const rows of [1_000, 100_000, 1_000_000]) {
  const wallet = `wal_${rows}`;
  await client.query('SET session_replication_role = replica');
  await client.query(FILL, [wallet, rows]);
  await client.query('SET session_replication_role = origin');
  await client.query('VACUUM ANALYZE budget_entries');
  const values = (seconds: readonly number[]) => [wallet, seconds.map(() => 'SOL'), seconds.map((each) => NOW_MS - each * 1000)];
  const usage = (seconds: readonly number[]) => ({ name: 'usage', text: BUDGET_USAGE.text, values: values(seconds) });
  const comesBack = {
    name: 'comes_back',
    text: 'SELECT budget_leaves_at($1, $2, $3, $4, $5)',
    values: [wallet, 'SOL', 'autonomous', NOW_MS - 86_400_000, '5'],
  };
  console.log(
    `${rows} entries: usage of 1 hour ${await meanMs(200, usage([3_600]))} ms, 1 day ${await meanMs(200, usage([86_400]))} ms, 30 days ${await meanMs(50, usage([2_592_000]))} ms, comesBackAt in 1 day ${await meanMs(20, comesBack)} ms`,
  );
  if (rows !== 1_000_000) continue;
  const text = BUDGET_USAGE.text.replace('$1', `'${wallet}'`).replaceAll('$1', `'${wallet}'`);
  const literal = text.replace('$2::text[]', `'{SOL}'::text[]`).replace('$3::bigint[]', `'{${NOW_MS - 86_400_000}}'::bigint[]`);
  const plan = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) ${literal}`);
  console.log(plan.rows.map((row) => row['QUERY PLAN']).join('\n'));
}
await client.end();
await server.stop();
