import { randomBytes } from 'node:crypto';
import { LIVE_KEY_STATES, LIVE_KIT_STATES, REKEYING_KINDS, ROTATION_REASONS, rolesOf, type Wallet } from '@countersign/core';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aPayer } from '../src/test-support/a-payment.ts';
import { inTransaction } from '../src/test-support/in-transaction.ts';
import { aChange, aKey, aKit, anOwnerApproval, aTightening } from '../src/test-support/owner-records.ts';
import { aCredential, anAddress, aPolicy, aWallet } from '../src/test-support/records.ts';
import { startTestDatabase, type TestDatabase } from '../src/test-support/test-database.ts';

let db: TestDatabase;
let sql: Client;
let wallet: Wallet;
beforeAll(async () => {
  db = await startTestDatabase();
  sql = new Client({ connectionString: db.url });
  await sql.connect();
  ({ wallet } = await aPayer(db.database));
});
afterAll(async () => {
  await sql.end();
  await db.close();
});
const run: <T>(work: Parameters<typeof inTransaction<T>>[1]) => Promise<T> = (work) => inTransaction(db.database, work);
const refused = (text: string, constraint: string, values: unknown[] = []) =>
  expect(sql.query(text, values), text).rejects.toMatchObject({ constraint });
const quoted = (text: string | undefined): readonly string[] =>
  [...(text?.matchAll(/'([a-z_]+)'/g) ?? [])].map(([, word]) => word ?? '').sort();
const definition = async (query: string): Promise<string | undefined> => (await sql.query<{ text: string }>(query)).rows[0]?.text;

describe('the database names what core names', () => {
  test.each([
    ['wallet_keys_one_live', LIVE_KEY_STATES],
    ['wallet_keys_due', LIVE_KEY_STATES],
    ['kits_nonce_once', LIVE_KIT_STATES],
    ['approvals_one_open_per_key_change', [...REKEYING_KINDS, 'waiting', 'executing']],
  ])('the index %s', async (index, words) => {
    expect(quoted(await definition(`SELECT pg_get_indexdef('${index}'::regclass) AS text`))).toEqual([...words].sort());
  });

  test('reasons for a rotation, and kinds under which keys are changed', async () => {
    const reasons = await definition(`SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE conname = 'wallet_keys_reason'`);
    expect(quoted(reasons)).toEqual([...ROTATION_REASONS].sort());
    const body = await definition(`SELECT pg_get_functiondef('require_key_change'::regproc) AS text`);
    expect(quoted(/kind IN \([^)]*\)/.exec(body ?? '')?.[0])).toEqual([...REKEYING_KINDS].sort());
  });
});

describe('attack: SQL past the program, at the owner’s half', () => {
  test('INVARIANT I8: addresses of a wallet that change by themselves, or in the statement that begins the change', async () => {
    const set = (change: string) => `UPDATE wallets SET ${change} WHERE id = '${wallet.id}'`;
    for (const column of ['owner_address', 'agent_address', 'fee_account', 'recovery_address'])
      await refused(set(`${column} = 'mine'`), 'wallets_rekey');
    for (const column of ['multisig', 'vault', 'create_key']) await refused(set(`${column} = 'mine'`), 'wallets_immutable');
    const agent = anAddress();
    const approval = anOwnerApproval(wallet.id, 'rotate_agent_key', aChange(wallet, { agent }));
    await run(async (tx) => {
      await tx.approvals.insert(approval);
      await tx.approvals.move(approval.id, 'waiting', 'executing', {});
    });
    await refused(set(`rekeying_by = '${approval.id}', agent_address = '${agent}'`), 'wallets_rekey');
    await refused(`UPDATE approvals SET change = NULL WHERE id = '${approval.id}'`, 'approvals_immutable');
    await refused(set(`rekeying_by = 'apr_none'`), 'wallets_rekeying');
    const begun = run((tx) => tx.wallets.insert(aWallet({ rekeyingBy: approval.id })));
    await expect(begun).rejects.toMatchObject({ constraint: 'wallets_rekeying' });
    await sql.query(set(`rekeying_by = '${approval.id}'`));
    await refused(set(`agent_address = '${agent}', owner_address = 'mine'`), 'wallets_rekey');
    await sql.query(set(`agent_address = '${agent}'`));
    await sql.query(set('rekeying_by = NULL'));
    await refused(set(`agent_address = '${wallet.agent}'`), 'wallets_rekey');
    await run((tx) => tx.approvals.move(approval.id, 'executing', 'done', {}));
    wallet = { ...wallet, agent };
  });

  test('INVARIANT I8: keys that are two at a time, another wallet’s, exchanged, brought back, or removed', async () => {
    const key = aKey(wallet.id, { address: wallet.agent });
    const other = aKey(wallet.id);
    await run(async (tx) => {
      await tx.keys.insert(key);
      await tx.keys.insert(other);
      await tx.keys.move(key.id, 'generating', 'active', { activatedAtMs: 1 });
    });
    const set = (change: string, id: string = key.id) => `UPDATE wallet_keys SET ${change} WHERE id = '${id}'`;
    for (const change of [`address = 'mine'`, `role = 'owner'`, 'created_at_ms = 1', 'activated_at_ms = 2', `wallet_id = 'wal_x'`])
      await refused(set(change), 'wallet_keys_immutable');
    await refused(set(`state = 'active', activated_at_ms = 1`, other.id), 'wallet_keys_one_live');
    await refused(set(`state = 'generating'`), 'wallet_keys_move');
    await refused(set(`state = 'destroyed', ended_at_ms = 1`), 'wallet_keys_move');
    await sql.query(set(`state = 'revoked', ended_at_ms = 2`));
    await refused(set(`state = 'active', ended_at_ms = NULL`), 'wallet_keys_ended');
    await refused(set(`rotation_reason = 'lost'`), 'wallet_keys_ended');
    await refused(set(`state = 'active', activated_at_ms = 1`, other.id), 'wallet_keys_of_wallet');
    const returned = run((tx) => tx.keys.insert(aKey(wallet.id, { address: wallet.agent })));
    await expect(returned).rejects.toMatchObject({ constraint: 'wallet_keys_address_once' });
    for (const how of ['DELETE FROM', 'TRUNCATE']) await refused(`${how} wallet_keys`, 'wallet_keys_kept');
  });

  test('INVARIANT I2: kits whose bytes are exchanged, taken away, or put where they do not belong', async () => {
    const approval = anOwnerApproval(wallet.id, 'arm_lockdown', null);
    const kit = aKit(approval, 'lockdown');
    await run(async (tx) => {
      await tx.approvals.insert(approval);
      await tx.kits.insert(kit);
    });
    const set = (change: string) => `UPDATE kits SET ${change} WHERE id = '${kit.id}'`;
    for (const change of [`message = '\\x01'`, `limits = '[]'`, `nonce = 'x'`, `nonce_account = 'x'`, `purpose = 'recovery'`, 'part = 3'])
      await refused(set(change), 'kits_immutable');
    await refused(set(`sealed_signature = '\\x01'`), 'kits_signed_immutable');
    await refused(set(`state = 'armed'`), 'kits_signed_has_bytes');
    await sql.query(set(`state = 'armed', sealed_signature = '\\x01'`));
    await refused(set(`sealed_signature = NULL`), 'kits_signed_immutable');
    await refused(set(`wire = '\\x01', signature = 's'`), 'kits_signed_immutable');
    await refused(set(`state = 'sent', wire = '\\x01', signature = 's'`), 'kits_move');
    await sql.query(set(`state = 'called'`));
    await refused(set(`state = 'sent', wire = '\\x01'`), 'kits_signed_has_bytes');
    await sql.query(set(`state = 'sent', wire = '\\x01', signature = 's'`));
    await refused(set(`wire = '\\x02'`), 'kits_signed_immutable');
    await refused(set(`state = 'stale', wire = NULL, signature = NULL`), 'kits_signed_immutable');
    await refused(set(`state = 'armed'`), 'kits_move');
    for (const how of ['DELETE FROM', 'TRUNCATE']) await refused(`${how} kits`, 'kits_kept');
  });

  test('INVARIANT I7: tightenings of what is not in force, with a gap, changed, or taken back', async () => {
    await run(async (tx) => {
      await tx.policies.insert(aPolicy(wallet.id, { state: 'active', activatedAtMs: 1 }));
      await tx.policies.insert(aPolicy(wallet.id, { revision: 2 }));
      await tx.policies.tighten(wallet.id, 1, aTightening(1));
    });
    const insert = (revision: number, number: number) =>
      `INSERT INTO policy_tightenings VALUES ('${wallet.id}', ${revision}, ${number}, '{}', repeat('a', 64), 'x', 1)`;
    await refused(insert(2, 1), 'policy_tightenings_of_active');
    await refused(insert(1, 3), 'policy_tightenings_continuous');
    await refused(insert(1, 0), 'policy_tightenings_continuous');
    await refused(insert(1, 1), 'policy_tightenings_id');
    await refused(`UPDATE policy_tightenings SET text = '{}'`, 'policy_tightenings_immutable');
    for (const how of ['DELETE FROM', 'TRUNCATE']) await refused(`${how} policy_tightenings`, 'policy_tightenings_kept');
  });

  test('INVARIANT I6: sessions that are put off, given to another, or forgotten before their end; challenges put otherwise', async () => {
    const nowMs = Date.now();
    const session = { role: 'owner', walletId: null, owner: wallet.owner } as const;
    const open = aCredential(wallet.id, { ...session, createdAtMs: 1, expiresAtMs: nowMs + 600_000 });
    const operator = aCredential(wallet.id, { role: 'operator', walletId: null });
    const ended = aCredential(wallet.id, { ...session, createdAtMs: 1, expiresAtMs: nowMs - 1_000 });
    await run(async (tx) => {
      for (const credential of [open, operator, ended]) await tx.credentials.insert(credential, randomBytes(32));
      await tx.signIns.insert({ nonce: 'n', text: 't', owner: wallet.owner, expiresAtMs: 5 });
    });
    const of = (id: string) => `WHERE id = '${id}'`;
    await refused(`UPDATE credentials SET expires_at_ms = ${nowMs + 9e6} ${of(open.id)}`, 'credentials_immutable');
    await refused(`UPDATE credentials SET expires_at_ms = NULL ${of(open.id)}`, 'credentials_immutable');
    await refused(`UPDATE credentials SET owner_address = 'mine' ${of(open.id)}`, 'credentials_immutable');
    for (const { id } of [open, operator]) await refused(`DELETE FROM credentials ${of(id)}`, 'credentials_kept');
    await refused(`TRUNCATE credentials CASCADE`, 'credentials_kept');
    expect((await sql.query(`DELETE FROM credentials ${of(ended.id)}`)).rowCount).toBe(1);
    await refused(`UPDATE sign_in_challenges SET expires_at_ms = 6`, 'sign_in_challenges_immutable');
    const statement = { walletId: wallet.id, nonce: 'n', text: 't', signature: new Uint8Array(64), secondSignature: null, atMs: 1 };
    await run((tx) => tx.statements.use(statement));
    await refused(`UPDATE used_statements SET second_signature = '\\x01'`, 'used_statements_immutable');
  });

  test('INVARIANT I11: a mark that goes back, or is removed', async () => {
    const seen = { balances: [], balancesSlot: '0', transactionIndex: '0', differences: [], told: [], missed: 0 };
    await run((tx) => tx.watchMarks.put({ walletId: wallet.id, slot: 9n, newest: [], seen, atMs: 1 }));
    await refused(`UPDATE watch_marks SET slot = 8`, 'watch_marks_forward');
    await refused(`UPDATE watch_marks SET newest = '{}'`, 'watch_marks_newest');
    for (const how of ['DELETE FROM', 'TRUNCATE']) await refused(`${how} watch_marks`, 'watch_marks_kept');
  });

  test('INVARIANT I8: two connections exchange the keys of one wallet, and one puts another in use beside', async () => {
    const { wallet: mine } = await aPayer(db.database);
    const [agent, rival] = [anAddress(), aKey(mine.id, { address: mine.agent })];
    const approval = anOwnerApproval(mine.id, 'rotate_agent_key', aChange(mine, { agent }));
    await run(async (tx) => {
      await tx.approvals.insert(approval);
      await tx.approvals.move(approval.id, 'waiting', 'executing', {});
      await tx.wallets.setRekeying(mine.id, null, approval.id);
      await tx.keys.insert(rival);
    });
    // The old key is put in use by one who does not take the wallet's lock, while another exchanges it.
    const [rekeyed, activated] = await Promise.allSettled([
      run(async (tx) => {
        const done = await tx.wallets.rekey(mine.id, rolesOf(mine), { ...rolesOf(mine), agent });
        await new Promise((resolve) => setTimeout(resolve, 100));
        return done;
      }),
      new Promise((resolve) => setTimeout(resolve, 40)).then(() =>
        run((tx) => tx.keys.move(rival.id, 'generating', 'active', { activatedAtMs: 1 })),
      ),
    ]);
    expect(rekeyed).toMatchObject({ status: 'fulfilled', value: true });
    expect(activated).toMatchObject({ status: 'rejected', reason: { constraint: 'wallet_keys_of_wallet' } });
  });
});
