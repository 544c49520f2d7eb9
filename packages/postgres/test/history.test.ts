import type { RequestState, TransactionRequest, WalletHistory } from '@countersign/core';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WALLET_HISTORY } from '../src/stores/wallet-history.ts';
import { aPayer, aReservedAttempt, endAttempt, type Payer } from '../src/test-support/a-payment.ts';
import { inTransaction } from '../src/test-support/in-transaction.ts';
import { aHolding, anAddress, aRequest } from '../src/test-support/records.ts';
import { startTestDatabase, type TestDatabase } from '../src/test-support/test-database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await startTestDatabase();
});
afterAll(() => db.close());

const PATHS: { readonly [state in 'denied' | 'failed' | 'finalized' | 'expired']: readonly RequestState[] } = {
  denied: ['received', 'denied'],
  failed: ['approved', 'signed', 'failed'],
  finalized: ['approved', 'signed', 'finalized'],
  expired: ['approved', 'expired'],
};
const recipient = anAddress();
const payment = (to = recipient): TransactionRequest['action'] => ({
  kind: 'payment',
  payment: { asset: 'SOL' as never, amount: 1n, recipient: to, memo: null },
});

/** A request that ended so at that moment. */
async function ended({ wallet, credential }: Payer, how: keyof typeof PATHS, atMs: number, action = payment()): Promise<void> {
  const [begin, ...moves] = PATHS[how];
  if (begin === undefined) throw new Error('no beginning');
  const request = aRequest(wallet.id, credential, { state: begin, action, updatedAtMs: atMs });
  await inTransaction(db.database, async (tx) => {
    await tx.requests.insert(request);
    let from = begin;
    for (const to of moves) {
      await tx.requests.move(request.id, from, to, { atMs });
      from = to;
    }
  });
}

const NOTHING: WalletHistory = { lastAloneAtMs: null, paidBefore: [], denials: 0, failuresInARow: 0 };
const asked = { recipients: [recipient], denialsSinceMs: 0, mostDenials: 10, mostFailures: 10 };
const historyOf = ({ wallet }: Payer, change: Partial<typeof asked> = {}) =>
  inTransaction(db.database, (tx) => tx.requests.history(wallet.id, { ...asked, ...change }));

test('a wallet without a past, beside one with much', async () => {
  const other = await aPayer(db.database);
  for (const how of ['denied', 'failed', 'finalized', 'denied'] as const) await ended(other, how, 5);
  await aReservedAttempt(db.database, other, { holding: aHolding(1n), atMs: Date.now() });
  expect(await historyOf(await aPayer(db.database))).toEqual(NOTHING);
});

test('denials since a moment, that moment included, up to as many as asked for', async () => {
  const payer = await aPayer(db.database);
  for (const atMs of [1, 2, 2, 3]) await ended(payer, 'denied', atMs);
  const denials = async (change: Partial<typeof asked>) => (await historyOf(payer, change)).denials;
  expect([await denials({}), await denials({ denialsSinceMs: 2 }), await denials({ denialsSinceMs: 4 })]).toEqual([4, 3, 0]);
  expect([await denials({ mostDenials: 2 }), await denials({ mostDenials: 0 })]).toEqual([2, 0]);
});

test('failures and denials since the last success, up to as many as asked for', async () => {
  const payer = await aPayer(db.database);
  const failures = async (mostFailures = 10) => (await historyOf(payer, { mostFailures })).failuresInARow;
  await ended(payer, 'failed', 1);
  await ended(payer, 'denied', 2);
  await ended(payer, 'expired', 2);
  expect([await failures(), await failures(1), await failures(0)]).toEqual([2, 1, 0]);
  await ended(payer, 'finalized', 3);
  expect(await failures()).toBe(0);
  await ended(payer, 'failed', 4);
  await ended(payer, 'denied', 5);
  await ended(payer, 'failed', 6);
  expect([await failures(), await failures(2)]).toEqual([3, 2]);
});

test('recipients that a payment was finalized to, in the order asked', async () => {
  const payer = await aPayer(db.database);
  const [paid, tried, unknown] = [anAddress(), anAddress(), anAddress()];
  await ended(payer, 'finalized', 1, payment(paid));
  await ended(payer, 'finalized', 2);
  await ended(payer, 'failed', 2, payment(tried));
  await ended(payer, 'finalized', 2, { kind: 'call', message: new Uint8Array(1), pins: [] });
  expect((await historyOf(payer, { recipients: [unknown, recipient, tried, paid] })).paidBefore).toEqual([recipient, paid]);
  expect((await historyOf(payer, { recipients: [] })).paidBefore).toEqual([]);
});

test('when the agent last acted alone: about to be signed counts, proven void and countersigned do not', async () => {
  const payer = await aPayer(db.database);
  const last = async () => (await historyOf(payer)).lastAloneAtMs;
  const atMs = Date.now();
  const holding = aHolding(1n);
  const landed = await aReservedAttempt(db.database, payer, { holding, atMs });
  await endAttempt(db.database, landed.attempt.id, { amounts: holding.amounts, atMs });
  expect(await last()).toBe(atMs);
  const prepared = await aReservedAttempt(db.database, payer, { holding, atMs: atMs + 1 });
  expect(await last()).toBe(atMs + 1);
  await aReservedAttempt(db.database, payer, { holding: aHolding(1n, false), atMs: atMs + 2 });
  expect(await last()).toBe(atMs + 1);
  await endAttempt(db.database, prepared.attempt.id, null);
  expect(await last()).toBe(atMs);
});

test('a long past costs no more: every part is an index look-up or stops at its limit', async () => {
  const payer = await aPayer(db.database);
  const client = new Client({ connectionString: db.url, options: '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off' });
  await client.connect();
  await ended(payer, 'finalized', 1);
  await client.query(
    `SET session_replication_role = replica;
     INSERT INTO transaction_requests (id, wallet_id, credential_id, state, asset, amount, recipient, effects, decision, created_at_ms, updated_at_ms)
     SELECT 'tx_past_' || i, r.wallet_id, r.credential_id, CASE i % 3 WHEN 0 THEN 'denied' WHEN 1 THEN 'failed' ELSE 'finalized' END,
       r.asset, r.amount, r.recipient, r.effects, '{}', i, i
     FROM transaction_requests r, generate_series(1, 30000) i WHERE r.wallet_id = '${payer.wallet.id}';
     ANALYZE transaction_requests;
     SET session_replication_role = origin`,
  );
  await client.query(`PREPARE history (text, text[], bigint, bigint, bigint) AS ${WALLET_HISTORY.text}`);
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) EXECUTE history ('${payer.wallet.id}', '{${recipient},${anAddress()}}', 0, 5, 5)`,
  );
  await client.end();
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).not.toMatch(/Seq Scan on (transaction_requests|attempts)|Sort Method/);
  // The first line about buffers is the whole query's.
  expect(Number(/Buffers: shared hit=(\d+)/.exec(plan)?.[1]), plan).toBeLessThan(60);
});
