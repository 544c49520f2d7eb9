import { AUDIT_GENESIS, type AuditChain, domainError, fail } from '@countersign/core';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { verifyAuditChain } from '../src/audit/verify-audit-chain.ts';
import { inTransaction } from '../src/test-support/in-transaction.ts';
import { aWallet } from '../src/test-support/records.ts';
import { startTestDatabase, type TestDatabase } from '../src/test-support/test-database.ts';

let db: TestDatabase;
let sql: Client;
let chain: AuditChain;
beforeAll(async () => {
  db = await startTestDatabase();
  sql = new Client({ connectionString: db.url });
  await sql.connect();
});
afterAll(async () => {
  await sql.end();
  await db.close();
});
beforeEach(() => {
  chain = aWallet().id;
});

const event = (change: object = {}) => ({ chain, action: 'request.decided', actor: 'crd_1', subject: 'tx_1', details: {}, ...change });
const append = (count: number) =>
  inTransaction(db.database, (tx) =>
    tx.audit.append(
      Array.from({ length: count }, (_, index) => event({ details: { index } })),
      5,
    ),
  );
const verify = () => inTransaction(db.database, (tx) => verifyAuditChain(tx.audit, chain));
/** What somebody does who owns the database: the triggers are off. */
const tamper = async (...statements: string[]) => {
  await sql.query('SET session_replication_role = replica');
  for (const statement of statements) await sql.query(statement.replaceAll('CHAIN', `chain = '${chain}'`));
  await sql.query('SET session_replication_role = origin');
};

describe('appending', () => {
  test('entries follow one another, within and across transactions and chains', async () => {
    await append(2);
    await inTransaction(db.database, async (tx) => {
      await tx.audit.append(
        [event(), event({ chain: 'system', details: { z: 1, a: ['x', 'ü\u0000\ud800'], n: null, f: 0.1, big: 1e21 } })],
        6,
      );
      await tx.audit.append([event({ chain: 'system' }), event()], 7);
    });
    const entries = await inTransaction(db.database, (tx) => tx.audit.read(chain, 1n, 10));
    expect(entries.map(({ sequence }) => sequence)).toEqual([1n, 2n, 3n, 4n]);
    expect(entries.map(({ previousHash }) => previousHash)).toEqual([AUDIT_GENESIS, ...entries.slice(0, 3).map(({ hash }) => hash)]);
    expect(await verify()).toEqual({ ok: true, entries: 4n, head: entries[3]?.hash });
    chain = 'system';
    expect(await verify()).toMatchObject({ ok: true, entries: 2n });
    const newest = await inTransaction(db.database, (tx) => tx.audit.list('system', { limit: 1, beforeSequence: null }));
    expect(newest[0]?.sequence).toBe(2n);
    const before = await inTransaction(db.database, (tx) => tx.audit.list('system', { limit: 5, beforeSequence: 2n }));
    expect(before.map(({ sequence }) => sequence)).toEqual([1n]);
    expect(before[0]?.details).toEqual({ z: 1, a: ['x', 'ü\u0000\ud800'], n: null, f: 0.1, big: 1e21 });
    expect(
      (await inTransaction(db.database, (tx) => tx.audit.list(null, { limit: 2, beforeSequence: null }))).map(({ atMs }) => atMs),
    ).toEqual([7, 7]);
    expect(await inTransaction(db.database, (tx) => tx.audit.chains())).toContain('system');
  });

  test('INVARIANT I10: what is rolled back leaves no entry and no gap', async () => {
    await append(1);
    await db.database.transact(async (tx) => {
      await tx.audit.append([event()], 5);
      return fail(domainError('forbidden', { role: 'agent', action: 'x' }));
    });
    await append(1);
    expect(await verify()).toMatchObject({ ok: true, entries: 2n });
  });

  test('many at once into one new chain', async () => {
    await Promise.all(Array.from({ length: 12 }, () => append(3)));
    expect(await verify()).toMatchObject({ ok: true, entries: 36n });
  });

  test('more entries than one page', async () => {
    await append(2_500);
    expect(await verify()).toMatchObject({ ok: true, entries: 2_500n });
    await tamper(`UPDATE audit_entries SET subject = 'x' WHERE CHAIN AND sequence = 1001`);
    expect(await verify()).toMatchObject({ ok: false, sequence: 1001n });
  });
});

describe('attack: the owner of the database rewrites history', () => {
  beforeEach(() => append(5));

  test.each([
    ['an empty chain has nothing wrong', [], true, 0n, ''],
    ['a changed entry', [`UPDATE audit_entries SET details = '{"index":9}' WHERE CHAIN AND sequence = 3`], false, 3n, 'changed'],
    ['a changed moment', [`UPDATE audit_entries SET at_ms = 4 WHERE CHAIN AND sequence = 3`], false, 3n, 'changed'],
    ['a removed entry', [`DELETE FROM audit_entries WHERE CHAIN AND sequence = 3`], false, 3n, 'removed'],
    ['the first one removed', [`DELETE FROM audit_entries WHERE CHAIN AND sequence = 1`], false, 1n, 'removed'],
    ['the last one removed', [`DELETE FROM audit_entries WHERE CHAIN AND sequence = 5`], false, 5n, 'removed'],
    ['a replaced hash', [`UPDATE audit_entries SET hash = repeat('e', 64) WHERE CHAIN AND sequence = 3`], false, 3n, 'changed'],
    [
      'a removed entry whose followers moved up',
      [
        `DELETE FROM audit_entries WHERE CHAIN AND sequence = 3`,
        `UPDATE audit_entries SET sequence = sequence - 1 WHERE CHAIN AND sequence > 3`,
      ],
      false,
      3n,
      'reordered',
    ],
    [
      'two that changed places',
      [
        `UPDATE audit_entries SET sequence = 99 WHERE CHAIN AND sequence = 2`,
        `UPDATE audit_entries SET sequence = 2 WHERE CHAIN AND sequence = 4`,
        `UPDATE audit_entries SET sequence = 4 WHERE CHAIN AND sequence = 99`,
      ],
      false,
      2n,
      'reordered',
    ],
    ['a head that is behind', [`UPDATE audit_heads SET sequence = 4 WHERE CHAIN`], false, 4n, 'head'],
    ['a head with another hash', [`UPDATE audit_heads SET hash = repeat('e', 64) WHERE CHAIN`], false, 5n, 'head'],
    ['a head that is gone', [`DELETE FROM audit_heads WHERE CHAIN`], false, 5n, 'head'],
  ] as const)('%s', async (name, statements, good, sequence, word) => {
    if (name.startsWith('an empty')) chain = aWallet().id;
    await tamper(...statements);
    const verdict = await verify();
    if (good) expect(verdict).toEqual({ ok: true, entries: 0n, head: AUDIT_GENESIS });
    else expect(verdict).toMatchObject({ ok: false, sequence, problem: expect.stringContaining(word) });
  });
});
