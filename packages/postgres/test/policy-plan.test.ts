import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { POLICY_ACTIVE } from '../src/stores/policy-store.ts';
import { aPayer } from '../src/test-support/a-payment.ts';
import { inTransaction } from '../src/test-support/in-transaction.ts';
import { aPolicy } from '../src/test-support/records.ts';
import { startTestDatabase, type TestDatabase } from '../src/test-support/test-database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await startTestDatabase();
});
afterAll(() => db.close());

test('the policy in force with its latest tightening is two look-ups, however much was tightened and superseded', async () => {
  const { wallet } = await aPayer(db.database);
  await inTransaction(db.database, (tx) => tx.policies.insert(aPolicy(wallet.id, { state: 'active', activatedAtMs: 1 })));
  const client = new Client({ connectionString: db.url, options: '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off' });
  await client.connect();
  await client.query(
    `SET session_replication_role = replica;
     INSERT INTO policy_tightenings SELECT '${wallet.id}', 1, i, '{"i":' || i || '}', repeat('a', 64), 'crd', i FROM generate_series(1, 20000) i;
     INSERT INTO policy_revisions (wallet_id, revision, state, text, policy_sha256, bounds, bounds_sha256, limits, created_at_ms, activated_at_ms)
     SELECT '${wallet.id}', i, 'superseded', '{}', repeat('a', 64), '\\x01', repeat('a', 64), '[]', 1, 1 FROM generate_series(2, 20000) i;
     ANALYZE policy_tightenings; ANALYZE policy_revisions;
     SET session_replication_role = origin`,
  );
  await client.query(`PREPARE active (text) AS ${POLICY_ACTIVE.text}`);
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) EXECUTE active ('${wallet.id}')`,
  );
  await client.end();
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).not.toMatch(/Seq Scan|Sort Method/);
  expect(Number(/Buffers: shared hit=(\d+)/.exec(plan)?.[1]), plan).toBeLessThan(12);
  const active = await inTransaction(db.database, (tx) => tx.policies.active(wallet.id));
  expect([active?.revision, active?.tightening?.number, active?.tightening?.text]).toEqual([1, 20_000, '{"i":20000}']);
});
