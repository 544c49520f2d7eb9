import { randomBytes } from 'node:crypto';
import {
  APPROVAL_MOVES,
  APPROVAL_STATES,
  ATTEMPT_MOVES,
  ATTEMPT_STATES,
  LIVE_ATTEMPT_STATES,
  REQUEST_MOVES,
  REQUEST_STATES,
  WALLET_MOVES,
} from '@countersign/core';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aPayer, aReservedAttempt, endAttempt, type Payer } from '../src/test-support/a-payment.ts';
import { inTransaction } from '../src/test-support/in-transaction.ts';
import { anAttempt, aPolicy, aRequest, aWallet } from '../src/test-support/records.ts';
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

const refused = (text: string, constraint: string, values: unknown[] = []) =>
  expect(sql.query(text, values), text).rejects.toMatchObject({ constraint });
const pairs = (moves: { readonly [from: string]: readonly string[] }) =>
  Object.entries(moves)
    .flatMap(([from, tos]) => tos.map((to) => `${from}→${to}`))
    .sort();

describe('the database’s moves are core’s', () => {
  test.each([
    ['request_moves', REQUEST_MOVES],
    ['attempt_moves', ATTEMPT_MOVES],
    ['approval_moves', APPROVAL_MOVES],
    ['wallet_moves', WALLET_MOVES],
  ])('%s', async (table, moves) => {
    const { rows } = await sql.query<{ from_state: string; to_state: string }>(`SELECT from_state, to_state FROM ${table}`);
    expect(rows.map(({ from_state, to_state }) => `${from_state}→${to_state}`).sort()).toEqual(pairs(moves));
  });

  test.each([
    ['transaction_requests', REQUEST_STATES],
    ['attempts', ATTEMPT_STATES],
    ['approvals', APPROVAL_STATES],
    ['wallets', Object.keys(WALLET_MOVES)],
  ])('the states of %s', async (table, states) => {
    const { rows } = await sql.query<{ text: string }>('SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE conname = $1', [
      `${table}_state`,
    ]);
    expect([...(rows[0]?.text.matchAll(/'(\w+)'/g) ?? [])].map(([, state]) => state).sort()).toEqual([...states].sort());
  });

  test('INVARIANT I3: the index over attempts that may land or have landed names the live states and finalized', async () => {
    const { rows } = await sql.query<{ text: string }>(`SELECT pg_get_indexdef('attempts_one_effect_per_request'::regclass) AS text`);
    expect([...(rows[0]?.text.matchAll(/'(\w+)'/g) ?? [])].map(([, state]) => state).sort()).toEqual(
      [...LIVE_ATTEMPT_STATES, 'finalized'].sort(),
    );
  });
});

describe('attack: SQL past the program', () => {
  test('an illegal move of a request, attempt, approval, wallet, policy', async () => {
    const { requestId, attempt } = await aReservedAttempt(db.database, payer, { amount: 1n, route: 'autonomous', atMs: Date.now() });
    await refused(`UPDATE transaction_requests SET state = 'received' WHERE id = $1`, 'transaction_requests_move', [requestId]);
    await refused(`UPDATE attempts SET state = 'finalized', wire = '\\x01', signature = 's' WHERE id = $1`, 'attempts_move', [attempt.id]);
    await refused(`UPDATE wallets SET state = 'failed' WHERE id = $1`, 'wallets_move', [payer.wallet.id]);
    await inTransaction(db.database, (tx) => tx.policies.insert(aPolicy(payer.wallet.id)));
    await refused(`UPDATE policy_revisions SET state = 'superseded'`, 'policy_revisions_move');
    await refused(`UPDATE policy_revisions SET text = '{}'`, 'policy_revisions_immutable');
  });

  test('a record that begins in the middle', async () => {
    const request = aRequest(payer.wallet.id, payer.credential, { state: 'finalized' });
    const insert = inTransaction(db.database, (tx) => tx.requests.insert(request));
    await expect(insert).rejects.toMatchObject({ constraint: 'transaction_requests_begin' });
    const attempt = anAttempt(payer.wallet.id, request.id, { state: 'signed', wire: new Uint8Array(1), signature: 's' });
    await expect(inTransaction(db.database, (tx) => tx.attempts.insert(attempt))).rejects.toMatchObject({ constraint: 'attempts_begin' });
  });

  test('INVARIANT I3: a second live attempt, also after one has landed', async () => {
    const { requestId, attempt } = await aReservedAttempt(db.database, payer, { amount: 5n, route: 'autonomous', atMs: Date.now() });
    const second = () => inTransaction(db.database, (tx) => tx.attempts.insert(anAttempt(payer.wallet.id, requestId, { outflow: null })));
    await expect(second()).rejects.toMatchObject({ constraint: 'attempts_one_effect_per_request' });
    await endAttempt(db.database, attempt.id, 5n);
    await expect(second()).rejects.toMatchObject({ constraint: 'attempts_one_effect_per_request' });
  });

  test('INVARIANT I3: two attempts with one signature', async () => {
    const one = await aReservedAttempt(db.database, payer, { amount: 5n, route: 'autonomous', atMs: Date.now() });
    const two = await aReservedAttempt(db.database, payer, { amount: 5n, route: 'autonomous', atMs: Date.now() });
    const sign = (id: typeof one.attempt.id) =>
      inTransaction(db.database, (tx) => tx.attempts.move(id, 'prepared', 'signed', { wire: new Uint8Array(1), signature: 'same' }));
    await sign(one.attempt.id);
    await expect(sign(two.attempt.id)).rejects.toMatchObject({ constraint: 'attempts_signature_once' });
  });

  test('INVARIANT I2: signed without bytes, unsigned with bytes, bytes exchanged', async () => {
    const { attempt } = await aReservedAttempt(db.database, payer, { amount: 5n, route: 'autonomous', atMs: Date.now() });
    await refused(`UPDATE attempts SET state = 'signed' WHERE id = $1`, 'attempts_signed_has_wire', [attempt.id]);
    await refused(`UPDATE attempts SET wire = '\\x01', signature = 's' WHERE id = $1`, 'attempts_wire_immutable', [attempt.id]);
    await refused(`UPDATE attempts SET message = '\\x01' WHERE id = $1`, 'attempts_immutable', [attempt.id]);
    await sql.query(`UPDATE attempts SET state = 'signed', wire = '\\x01', signature = $1 WHERE id = $1`, [attempt.id]);
    await refused(`UPDATE attempts SET wire = '\\x02' WHERE id = $1`, 'attempts_wire_immutable', [attempt.id]);
    await refused(`UPDATE attempts SET state = 'submitted', wire = '\\x02' WHERE id = $1`, 'attempts_wire_immutable', [attempt.id]);
  });

  test('INVARIANT I4: signing what holds no reservation', async () => {
    const request = aRequest(payer.wallet.id, payer.credential);
    const attempt = anAttempt(payer.wallet.id, request.id);
    await inTransaction(db.database, async (tx) => {
      await tx.requests.insert(request);
      await tx.attempts.insert(attempt);
    });
    await refused(`UPDATE attempts SET state = 'signed', wire = '\\x01', signature = $1 WHERE id = $1`, 'attempts_signed_is_reserved', [
      attempt.id,
    ]);
  });

  test('INVARIANT I4: budget entries that are negative, too large, changed, over-settled, released without proof, or removed', async () => {
    const { attempt } = await aReservedAttempt(db.database, payer, { amount: 100n, route: 'autonomous', atMs: Date.now() });
    const { id } = attempt;
    await expect(aReservedAttempt(db.database, payer, { amount: -1n, route: 'autonomous', atMs: Date.now() })).rejects.toMatchObject({
      code: '23514',
    });
    await expect(aReservedAttempt(db.database, payer, { amount: 2n ** 64n, route: 'autonomous', atMs: Date.now() })).rejects.toMatchObject({
      code: '23514',
    });
    for (const column of ['amount', 'at_ms', 'seq', 'cumulative_total', 'cumulative_autonomous'])
      await refused(`UPDATE budget_entries SET ${column} = 1 WHERE attempt_id = $1`, 'budget_entries_immutable', [id]);
    await refused(`UPDATE budget_entries SET released_amount = 1 WHERE attempt_id = $1`, 'budget_entries_released', [id]);
    await refused(`UPDATE budget_entries SET state = 'released', released_amount = 100 WHERE attempt_id = $1`, 'budget_entries_proof', [
      id,
    ]);
    await refused(`UPDATE budget_entries SET state = 'settled' WHERE attempt_id = $1`, 'budget_entries_proof', [id]);
    await refused(`DELETE FROM budget_entries`, 'budget_entries_kept');
    await refused(`TRUNCATE budget_entries`, 'budget_entries_kept');
    await expect(endAttempt(db.database, id, 101n)).rejects.toThrow(/no reservation of at least 101/);
    await endAttempt(db.database, id, 40n);
    await refused(`UPDATE budget_entries SET released_amount = 100 WHERE attempt_id = $1`, 'budget_entries_closed', [id]);
  });

  test('INVARIANT I4: an entry before the wallet’s last decision, or for another amount than its attempt', async () => {
    const atMs = Date.now();
    await aReservedAttempt(db.database, payer, { amount: 1n, route: 'autonomous', atMs });
    await expect(aReservedAttempt(db.database, payer, { amount: 1n, route: 'autonomous', atMs: atMs - 1 })).rejects.toMatchObject({
      constraint: 'budget_entries_in_time',
    });
    const request = aRequest(payer.wallet.id, payer.credential);
    const attempt = anAttempt(payer.wallet.id, request.id);
    const lie = inTransaction(db.database, async (tx) => {
      await tx.requests.insert(request);
      await tx.attempts.insert(attempt);
      const { asset, route } = attempt.outflow ?? { asset: request.payment.asset, route: 'autonomous' as const };
      await tx.budgets.reserve({ attemptId: attempt.id, walletId: payer.wallet.id, asset, route, amount: 1n, atMs });
    });
    await expect(lie).rejects.toMatchObject({ constraint: 'budget_entries_proof' });
  });

  test('INVARIANT I10: audit entries that are changed, removed, or leave a gap', async () => {
    const chain = payer.wallet.id;
    const event = { chain, action: 'a.b', actor: 'service', subject: 's', details: {} };
    await inTransaction(db.database, (tx) => tx.audit.append([event, event], 1));
    await refused(`UPDATE audit_entries SET actor = 'nobody'`, 'audit_entries_immutable');
    await refused(`DELETE FROM audit_entries WHERE sequence = 2`, 'audit_entries_immutable');
    await refused(`TRUNCATE audit_entries`, 'audit_entries_immutable');
    await refused(`TRUNCATE audit_heads`, 'audit_heads_kept');
    await refused(`UPDATE audit_heads SET sequence = 1`, 'audit_heads_true');
    const insert = `INSERT INTO audit_entries SELECT chain, sequence + $1::int, at_ms, actor, action, subject, details, CASE WHEN $2 THEN hash ELSE previous_hash END, hash
      FROM audit_entries WHERE chain = '${chain}' AND sequence = 2`;
    await refused(insert, 'audit_entries_continuous', [1, false]);
    await refused(insert, 'audit_entries_continuous', [2, true]);
    // In its place, but the head stays behind.
    await refused(insert, 'audit_entries_continuous', [1, true]);
  });

  test('two wallets over one vault, and wallets, requests and keys that are removed', async () => {
    const twin = aWallet({ multisig: payer.wallet.multisig });
    await expect(inTransaction(db.database, (tx) => tx.wallets.insert(twin))).rejects.toMatchObject({
      constraint: 'wallets_multisig_once',
    });
    await refused(`UPDATE wallets SET vault = 'mine'`, 'wallets_immutable');
    for (const table of ['wallets', 'policy_revisions', 'transaction_requests', 'attempts', 'approvals', 'credentials', 'used_statements'])
      await refused(`DELETE FROM ${table}`, `${table}_kept`);
    await refused(`INSERT INTO credentials VALUES ('crd_x', 'agent', NULL, 'x', $1, 1, NULL)`, 'credentials_scope', [randomBytes(32)]);
  });
});
