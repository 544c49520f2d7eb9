import { randomBytes } from 'node:crypto';
import {
  APPROVAL_MOVES,
  APPROVAL_STATES,
  ATTEMPT_MOVES,
  ATTEMPT_STATES,
  KEY_MOVES,
  KEY_STATES,
  KIT_MOVES,
  KIT_STATES,
  LIVE_ATTEMPT_STATES,
  REQUEST_MOVES,
  REQUEST_STATES,
  WALLET_MOVES,
} from '@countersign/core';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aPayer, aReservedAttempt, endAttempt, type Payer } from '../src/test-support/a-payment.ts';
import { inTransaction } from '../src/test-support/in-transaction.ts';
import { aHolding, anApproval, anAttempt, aPolicy, aRequest, aWallet } from '../src/test-support/records.ts';
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
    ['key_moves', KEY_MOVES],
    ['kit_moves', KIT_MOVES],
  ])('%s', async (table, moves) => {
    const { rows } = await sql.query<{ from_state: string; to_state: string }>(`SELECT from_state, to_state FROM ${table}`);
    expect(rows.map(({ from_state, to_state }) => `${from_state}→${to_state}`).sort()).toEqual(pairs(moves));
  });

  test.each([
    ['transaction_requests', REQUEST_STATES],
    ['attempts', ATTEMPT_STATES],
    ['approvals', APPROVAL_STATES],
    ['wallets', Object.keys(WALLET_MOVES)],
    ['wallet_keys', KEY_STATES],
    ['kits', KIT_STATES],
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
  const reserved = (amount = 5n, alone = true) =>
    aReservedAttempt(db.database, payer, { holding: aHolding(amount, alone), atMs: Date.now() });
  const moved = (amount: bigint) => ({ amounts: aHolding(amount).amounts, atMs: Date.now() });
  const sign = `UPDATE attempts SET state = 'signed', wire = '\\x01', signature = id WHERE id = $1`;

  test('an illegal move of a request, attempt, approval, wallet, policy', async () => {
    const { requestId, attempt } = await reserved();
    await refused(`UPDATE transaction_requests SET state = 'awaiting_delay' WHERE id = $1`, 'transaction_requests_move', [requestId]);
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

  test('a request that asks for nothing, for two things at once, or for something else than it was decided on', async () => {
    const { requestId } = await reserved();
    const copy = (
      columns: string,
    ) => `INSERT INTO transaction_requests (id, wallet_id, credential_id, state, asset, amount, recipient, memo,
      call_message, call_pins, effects, decision, created_at_ms, updated_at_ms)
      SELECT 'tx_copy', wallet_id, credential_id, 'received', ${columns}, effects, decision, 1, 1 FROM transaction_requests WHERE id = $1`;
    for (const columns of [
      `NULL, NULL, NULL, NULL, NULL, NULL`,
      `asset, NULL, recipient, memo, NULL, NULL`,
      `asset, amount, recipient, memo, '\\x01', '[]'`,
      `asset, amount, recipient, memo, NULL, '[]'`,
      `NULL, NULL, NULL, 'memo', '\\x01', '[]'`,
      `NULL, NULL, NULL, NULL, '\\x01', NULL`,
      `NULL, NULL, NULL, NULL, '\\x01', '{}'`,
    ])
      await refused(copy(columns), 'transaction_requests_one_action', [requestId]);
    for (const change of [`amount = 1`, `recipient = 'mine'`, `call_message = '\\x01'`, `effects = '[]'`, `intent = '\\x01'`])
      await refused(`UPDATE transaction_requests SET ${change} WHERE id = $1`, 'transaction_requests_immutable', [requestId]);
  });

  test('INVARIANT I3: a second live attempt, also after one has landed', async () => {
    const { requestId, attempt } = await reserved();
    const second = () => inTransaction(db.database, (tx) => tx.attempts.insert(anAttempt(payer.wallet.id, requestId, { holding: null })));
    await expect(second()).rejects.toMatchObject({ constraint: 'attempts_one_effect_per_request' });
    await endAttempt(db.database, attempt.id, moved(5n));
    await expect(second()).rejects.toMatchObject({ constraint: 'attempts_one_effect_per_request' });
  });

  test('INVARIANT I3: two attempts with one signature', async () => {
    const one = await reserved();
    const two = await reserved();
    const signSame = (id: typeof one.attempt.id) =>
      inTransaction(db.database, (tx) => tx.attempts.move(id, 'prepared', 'signed', { wire: new Uint8Array(1), signature: 'same' }));
    await signSame(one.attempt.id);
    await expect(signSame(two.attempt.id)).rejects.toMatchObject({ constraint: 'attempts_signature_once' });
  });

  test('INVARIANT I2: signed without bytes, unsigned with bytes, bytes exchanged', async () => {
    const { attempt } = await reserved();
    await refused(`UPDATE attempts SET state = 'signed' WHERE id = $1`, 'attempts_signed_has_wire', [attempt.id]);
    await refused(`UPDATE attempts SET wire = '\\x01', signature = 's' WHERE id = $1`, 'attempts_wire_immutable', [attempt.id]);
    await refused(`UPDATE attempts SET message = '\\x01' WHERE id = $1`, 'attempts_immutable', [attempt.id]);
    await sql.query(sign, [attempt.id]);
    await refused(`UPDATE attempts SET wire = '\\x02' WHERE id = $1`, 'attempts_wire_immutable', [attempt.id]);
    await refused(`UPDATE attempts SET state = 'submitted', wire = '\\x02' WHERE id = $1`, 'attempts_wire_immutable', [attempt.id]);
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

  test('INVARIANT I6: a release that is put off, brought forward, or given to what the owner decides', async () => {
    const request = aRequest(payer.wallet.id, payer.credential, { state: 'awaiting_delay', route: 'delayed' });
    const approval = anApproval(payer.wallet.id, request.id, { releasesAtMs: 5_000 });
    await inTransaction(db.database, async (tx) => {
      await tx.requests.insert(request);
      await tx.approvals.insert(approval);
    });
    const set = (change: string) => `UPDATE approvals SET ${change} WHERE id = '${approval.id}'`;
    await refused(set('releases_at_ms = 1'), 'approvals_release');
    await refused(set(`state = 'executing'`), 'approvals_executing_is_not_released');
    await refused(set(`state = 'void', releases_at_ms = NULL`), 'approvals_release');
    await sql.query(set(`state = 'executing', releases_at_ms = NULL`));
    await sql.query(set(`state = 'waiting'`));
    await refused(set('releases_at_ms = 6000'), 'approvals_release');
    const other = anApproval(payer.wallet.id, null, { releasesAtMs: 5_000 });
    await expect(inTransaction(db.database, (tx) => tx.approvals.insert(other))).rejects.toMatchObject({
      constraint: 'approvals_released_is_payment',
    });
  });

  test('INVARIANT I3: a key that is forgotten while its request lives, moved to another request, or answered twice', async () => {
    const { requestId } = await reserved();
    const other = await reserved();
    const entry = { credentialId: payer.credential.id, key: requestId, fingerprint: 'f', requestId, atMs: 1 };
    await inTransaction(db.database, (tx) => tx.idempotency.claim(entry));
    await refused(`DELETE FROM idempotency_keys`, 'idempotency_keys_kept');
    await refused(`TRUNCATE idempotency_keys`, 'idempotency_keys_kept');
    await refused(`UPDATE idempotency_keys SET request_id = $1`, 'idempotency_keys_immutable', [other.requestId]);
    await refused(`UPDATE idempotency_keys SET fingerprint = 'g'`, 'idempotency_keys_immutable');
    await refused(`UPDATE idempotency_keys SET answer_status = 200`, 'idempotency_keys_answer');
    await sql.query(`UPDATE idempotency_keys SET answer_status = 200, answer_body = '{}'`);
    await refused(`UPDATE idempotency_keys SET answer_status = 201, answer_body = '{}'`, 'idempotency_keys_answered');
    await refused(`UPDATE idempotency_keys SET answer_status = NULL, answer_body = NULL`, 'idempotency_keys_answered');
  });

  test('two wallets over one vault, and wallets, requests and keys that are removed', async () => {
    const twin = aWallet({ multisig: payer.wallet.multisig });
    await expect(inTransaction(db.database, (tx) => tx.wallets.insert(twin))).rejects.toMatchObject({
      constraint: 'wallets_multisig_once',
    });
    await refused(`UPDATE wallets SET vault = 'mine'`, 'wallets_immutable');
    for (const table of ['wallets', 'policy_revisions', 'transaction_requests', 'attempts', 'approvals', 'credentials', 'used_statements'])
      await refused(`DELETE FROM ${table}`, `${table}_kept`);
    await refused(`INSERT INTO credentials VALUES ('crd_x', 'agent', NULL, NULL, 'x', $1, 1, NULL, NULL)`, 'credentials_scope', [
      randomBytes(32),
    ]);
  });
});
