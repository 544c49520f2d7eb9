import type { Attempt, Holding } from '@countersign/core';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aPayer, aReservedAttempt, endAttempt, type Payer } from '../src/test-support/a-payment.ts';
import { inTransaction } from '../src/test-support/in-transaction.ts';
import { aHolding, anAttempt, aRequest, SOL_METER } from '../src/test-support/records.ts';
import { startTestDatabase, type TestDatabase } from '../src/test-support/test-database.ts';

let db: TestDatabase;
let sql: Client;
let payer: Payer;
beforeAll(async () => {
  db = await startTestDatabase();
  sql = new Client({ connectionString: db.url });
  await sql.connect();
  payer = await aPayer(db.database);
});
afterAll(async () => {
  await sql.end();
  await db.close();
});

const HELD = 100n;
const refused = (text: string, constraint: string, values: unknown[] = []) =>
  expect(sql.query(text, values), text).rejects.toMatchObject({ constraint });
const reserved = (holding: Holding = aHolding(HELD)) => aReservedAttempt(db.database, payer, { holding, atMs: Date.now() });
const SIGN = `UPDATE attempts SET state = 'signed', wire = '\\x01', signature = id WHERE id = $1`;
const SETTLE = `INSERT INTO budget_settlements (attempt_id, meter, amount, at_ms) VALUES ($1, '${SOL_METER}', $2, $3)`;
/** Several statements in one transaction, so that what is checked at commit is checked. */
async function together(...statements: readonly (readonly [text: string, values: unknown[]])[]): Promise<void> {
  await sql.query('BEGIN');
  try {
    for (const [text, values] of statements) await sql.query(text, values);
    await sql.query('COMMIT');
  } catch (error) {
    await sql.query('ROLLBACK');
    throw error;
  }
}
/** An attempt that is there with its request, and holds nothing yet. */
async function unreserved(change: Partial<Attempt> = {}, route: 'autonomous' | 'delayed' | 'countersigned' | null = 'autonomous') {
  const request = aRequest(payer.wallet.id, payer.credential, { route });
  const attempt = anAttempt(payer.wallet.id, request.id, change);
  await inTransaction(db.database, async (tx) => {
    await tx.requests.insert(request);
    await tx.attempts.insert(attempt);
  });
  return attempt;
}
const reserve = (attempt: Attempt, holding: Holding, walletId = payer.wallet.id) =>
  inTransaction(db.database, async (tx) =>
    tx.budgets.reserve({ attemptId: attempt.id, walletId, holding, atMs: Math.max(Date.now(), await tx.nowMs()) }),
  );

test('INVARIANT I4: a reservation that is negative, too large, changed, reopened or removed', async () => {
  await expect(reserve(await unreserved({ holding: aHolding(1n) }), aHolding(-1n))).rejects.toMatchObject({ code: '23514' });
  await expect(reserve(await unreserved({ holding: aHolding(1n) }), aHolding(2n ** 64n))).rejects.toMatchObject({ code: '23514' });
  const { attempt } = await reserved();
  for (const change of ['amount = 1', 'alone = false', 'reserved_at_ms = 1', `meter = 'other'`, `wallet_id = 'other'`])
    await refused(`UPDATE budget_reservations SET ${change} WHERE attempt_id = $1`, 'budget_reservations_immutable', [attempt.id]);
  await refused('DELETE FROM budget_reservations', 'budget_reservations_kept');
  await refused('TRUNCATE budget_reservations', 'budget_reservations_kept');
  await endAttempt(db.database, attempt.id, null);
  await refused(`UPDATE budget_reservations SET state = 'open' WHERE attempt_id = $1`, 'budget_reservations_closed', [attempt.id]);
  await refused(`INSERT INTO budget_reservations VALUES ($1, 'late', $2, true, 1, ${Date.now()}, 'settled')`, 'budget_reservations_begin', [
    attempt.id,
    payer.wallet.id,
  ]);
});

test('INVARIANT I4: settled without having landed, twice, for more, or past the settlements', async () => {
  const { attempt } = await reserved();
  const { id } = attempt;
  await refused(SETTLE, 'budget_reservations_proof', [id, HELD, Date.now()]);
  await refused(`UPDATE budget_reservations SET state = 'settled' WHERE attempt_id = $1`, 'budget_reservations_settled', [id]);
  await refused(SETTLE, 'budget_settlements_reserved', [id, HELD + 1n, Date.now()]);
  await refused(SETTLE, 'budget_settlements_in_time', [id, HELD, 1]);
  await expect(sql.query(SETTLE, [id, -1, Date.now()])).rejects.toMatchObject({ code: '23514' });
  await endAttempt(db.database, id, { amounts: aHolding(40n).amounts, atMs: Date.now() });
  await refused(SETTLE, 'budget_settlements_reserved', [id, 0, Date.now()]);
  for (const column of ['amount', 'at_ms', 'seq', 'cumulative_total', 'cumulative_alone'])
    await refused(`UPDATE budget_settlements SET ${column} = 1`, 'budget_settlements_immutable');
  await refused('DELETE FROM budget_settlements', 'budget_settlements_kept');
  await refused('TRUNCATE budget_settlements', 'budget_settlements_kept');
});

test('INVARIANT I4: released while it may still land, or after it has landed', async () => {
  const { attempt } = await reserved();
  const release = `UPDATE budget_reservations SET state = 'released' WHERE attempt_id = $1`;
  await refused(release, 'budget_reservations_proof', [attempt.id]);
  await sql.query(SIGN, [attempt.id]);
  for (const state of ['submitted', 'unknown', 'confirmed']) {
    await sql.query('UPDATE attempts SET state = $2 WHERE id = $1', [attempt.id, state]);
    await refused(release, 'budget_reservations_proof', [attempt.id]);
  }
  const finalize = `UPDATE attempts SET state = 'finalized' WHERE id = $1`;
  await expect(together([finalize, [attempt.id]], [release, [attempt.id]])).rejects.toMatchObject({
    constraint: 'budget_reservations_proof',
  });
});

test('INVARIANT I4: an attempt that ends and keeps its reservation, or settles one meter of several', async () => {
  const { attempt } = await reserved();
  await refused(`UPDATE attempts SET state = 'withdrawn' WHERE id = $1`, 'attempts_ended_holds_nothing', [attempt.id]);
  await sql.query(SIGN, [attempt.id]);
  const finalize = `UPDATE attempts SET state = 'finalized' WHERE id = $1`;
  await expect(together([finalize, [attempt.id]], [SETTLE, [attempt.id, HELD, Date.now()]])).rejects.toMatchObject({
    constraint: 'attempts_ended_holds_nothing',
  });
});

test('INVARIANT I4: sums that are set by hand', async () => {
  await reserved();
  for (const change of ['open_alone = 0', 'open_total = open_total + 1', 'settled_total = 0', 'open_alone = -1'])
    await refused(`UPDATE budget_meters SET ${change}`, 'budget_meters_follow');
  await refused(`INSERT INTO budget_meters (wallet_id, meter, open_alone, open_total) VALUES ('w', 'm', 0, 0)`, 'budget_meters_follow');
  await refused('DELETE FROM budget_meters', 'budget_meters_kept');
  await refused('TRUNCATE budget_meters', 'budget_meters_kept');
  // With the triggers switched off, as its owner could: the sums still never fall below zero.
  await sql.query(`SET session_replication_role = replica`);
  await refused(`UPDATE budget_meters SET open_alone = -1`, 'budget_meters_open_alone');
  await refused(`UPDATE budget_meters SET open_alone = open_total + 1`, 'budget_meters_open_total');
  await sql.query(`SET session_replication_role = origin`);
});

test('INVARIANT I4: signing what holds nothing, or not all of its holding', async () => {
  const attempt = await unreserved({ holding: aHolding(HELD) });
  await refused(SIGN, 'attempts_signed_is_reserved', [attempt.id]);
  const { amounts } = aHolding(HELD);
  await reserve(attempt, { alone: true, amounts: amounts.slice(0, 2) });
  await refused(SIGN, 'attempts_signed_is_reserved', [attempt.id]);
  await reserve(attempt, { alone: true, amounts: amounts.slice(2) });
  await sql.query(SIGN, [attempt.id]);
});

test('INVARIANT I4: a reservation for another amount, meter, wallet or route than its attempt’s, or of one that has ended', async () => {
  const other = await aPayer(db.database);
  const proof = { constraint: 'budget_reservations_proof' };
  const attempt = await unreserved({ holding: aHolding(HELD) });
  await expect(reserve(attempt, aHolding(HELD - 1n))).rejects.toMatchObject(proof);
  await expect(reserve(attempt, { alone: true, amounts: [{ meter: 'other' as typeof SOL_METER, amount: 1n }] })).rejects.toMatchObject(
    proof,
  );
  await expect(reserve(attempt, aHolding(HELD, false))).rejects.toMatchObject(proof);
  await expect(reserve(attempt, aHolding(HELD), other.wallet.id)).rejects.toMatchObject(proof);
  await expect(reserve(anAttempt(payer.wallet.id, null), aHolding(HELD))).rejects.toMatchObject(proof);
  const empty = await unreserved({ holding: null });
  await expect(reserve(empty, aHolding(HELD))).rejects.toMatchObject(proof);
  await sql.query(`UPDATE attempts SET state = 'withdrawn' WHERE id = $1`, [attempt.id]);
  await expect(reserve(attempt, aHolding(HELD))).rejects.toMatchObject(proof);
  await expect(reserve(attempt, aHolding(HELD), 'wal_none' as typeof other.wallet.id)).rejects.toMatchObject({
    constraint: 'budget_reservations_in_time',
  });
});

test('INVARIANT I4: a reservation before the wallet’s last decision', async () => {
  const atMs = Date.now() + 60_000;
  const late = await aPayer(db.database);
  await aReservedAttempt(db.database, late, { holding: aHolding(1n), atMs });
  await expect(aReservedAttempt(db.database, late, { holding: aHolding(1n), atMs: atMs - 1 })).rejects.toMatchObject({
    constraint: 'budget_reservations_in_time',
  });
});

test('INVARIANT I4: a holding that is changed, or is none', async () => {
  const { attempt } = await reserved();
  await refused(`UPDATE attempts SET holding = NULL WHERE id = $1`, 'attempts_immutable', [attempt.id]);
  const sol = `{"meter":"asset/SOL","amount":"1"}`;
  for (const holding of [
    `[]`,
    `null`,
    `{"alone":true}`,
    `{"alone":1,"amounts":[${sol}]}`,
    `{"alone":true,"amounts":[]}`,
    `{"alone":true,"amounts":{}}`,
    `{"alone":true,"amounts":[${sol},${sol}]}`,
    `{"alone":true,"amounts":[${sol}],"more":1}`,
    `{"alone":true,"amounts":["asset/SOL"]}`,
    `{"alone":true,"amounts":[null]}`,
    `{"alone":true,"amounts":[{"meter":"asset/SOL"}]}`,
    `{"alone":true,"amounts":[{"meter":"asset/SOL","amount":"1","more":"1"}]}`,
    ...['1', '""', '"-1"', '"01"', '"1.5"', '"1e3"', '"x"', '"18446744073709551616"', '"99999999999999999999999"'].map(
      (amount) => `{"alone":true,"amounts":[{"meter":"asset/SOL","amount":${amount}}]}`,
    ),
    ...['""', '"a b"', '"ü"', 'null', `"${'m'.repeat(161)}"`].map((meter) => `{"alone":true,"amounts":[{"meter":${meter},"amount":"1"}]}`),
  ])
    await refused(
      `INSERT INTO attempts (id, wallet_id, approval_id, step, state, message, last_valid_block_height, holding, created_at_ms)
       VALUES ('att_x', $1, 'apr_x', 0, 'prepared', '\\x01', 1, $2, 1)`,
      'attempts_holding',
      [payer.wallet.id, holding],
    );
});

test('INVARIANT I4: what is signed counts as its request’s route says', async () => {
  const wrong = [
    ['autonomous', false],
    ['delayed', false],
    ['countersigned', true],
    [null, true],
  ] as const;
  for (const [route, alone] of wrong) {
    const attempt = await unreserved({ holding: aHolding(HELD, alone) }, route);
    await reserve(attempt, aHolding(HELD, alone));
    await refused(SIGN, 'attempts_holding_of_route', [attempt.id]);
  }
  await refused(SIGN, 'attempts_holding_of_route', [(await unreserved({ holding: null })).id]);
  for (const [route, alone] of [
    ['autonomous', true],
    ['delayed', true],
    ['countersigned', false],
  ] as const) {
    const attempt = await unreserved({ holding: aHolding(HELD, alone) }, route);
    await reserve(attempt, aHolding(HELD, alone));
    await sql.query(SIGN, [attempt.id]);
  }
});
