import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../src/migrate/migrate.ts';
import { readMigrationFiles } from '../src/migrate/migration-files.ts';
import { startTestDatabase, type TestDatabase } from '../src/test-support/test-database.ts';

let db: TestDatabase;
let empty: string;
beforeAll(async () => {
  db = await startTestDatabase();
  const client = new Client({ connectionString: db.url });
  await client.connect();
  await client.query('CREATE DATABASE test_migrate_empty');
  await client.end();
  const url = new URL(db.url);
  url.pathname = '/test_migrate_empty';
  empty = url.href;
});
afterAll(() => db.close());

test('from empty by several replicas at once, and again without effect', async () => {
  const runs = await Promise.all([migrate(empty), migrate(empty), migrate(empty)]);
  const names = (await readMigrationFiles()).map(({ name }) => name);
  expect(runs.map(({ applied }) => applied.length).sort()).toEqual([0, 0, names.length]);
  expect(await migrate(empty)).toEqual({ applied: [] });
});

test('an edited migration is refused, and so is a newer database', async () => {
  const files = await readMigrationFiles();
  const edited = files.map((file, index) => (index === 1 ? { ...file, checksum: 'f'.repeat(64) } : file));
  await expect(migrate(empty, edited)).rejects.toThrow(/0002_moves\.sql was edited/);
  await expect(migrate(empty, files.slice(0, 2))).rejects.toThrow(/it is newer/);
});

test('a migration that fails leaves nothing behind', async () => {
  const files = await readMigrationFiles();
  const next = { number: files.length + 1, name: '0099_x.sql', sql: 'CREATE TABLE half (a int); SELECT 1/0', checksum: 'a'.repeat(64) };
  await expect(migrate(empty, [...files, next])).rejects.toThrow(/0099_x\.sql failed: division by zero/);
  const client = new Client({ connectionString: empty });
  await client.connect();
  const { rows } = await client.query(`SELECT to_regclass('half') AS half, count(*)::int AS applied FROM schema_migrations`);
  await client.end();
  expect(rows).toEqual([{ half: null, applied: files.length }]);
});
