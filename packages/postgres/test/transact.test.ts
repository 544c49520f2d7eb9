import { domainError, fail, type ITransaction, ok, type Wallet } from '@countersign/core';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresDatabase } from '../src/create-postgres-database.ts';
import { aPayer } from '../src/test-support/a-payment.ts';
import { inTransaction } from '../src/test-support/in-transaction.ts';
import { anAddress, aWallet } from '../src/test-support/records.ts';
import { startTestDatabase, type TestDatabase } from '../src/test-support/test-database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await startTestDatabase();
});
afterAll(() => db.close());

const unavailable = { ok: false, error: { code: 'database_unavailable' } };
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function endBackends(): Promise<void> {
  const client = new Client({ connectionString: db.url });
  await client.connect();
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  await client.end();
}

describe('transact', () => {
  test('a failed result rolls back and is returned', async () => {
    const wallet = aWallet();
    const error = domainError('forbidden', { role: 'agent', action: 'pay' });
    const result = await db.database.transact(async (tx) => {
      await tx.wallets.insert(wallet);
      return fail(error);
    });
    expect(result).toEqual({ ok: false, error });
    expect(await inTransaction(db.database, (tx) => tx.wallets.get(wallet.id))).toBeNull();
  });

  test('an exception rolls back and is thrown on; a bug is never called unavailable', async () => {
    const wallet = aWallet();
    const bug = db.database.transact(async (tx) => {
      await tx.wallets.insert(wallet);
      throw new TypeError('a bug');
    });
    await expect(bug).rejects.toThrow('a bug');
    const doubled = db.database.transact(async (tx) => {
      await tx.wallets.insert(wallet);
      await tx.wallets.insert(wallet);
      return ok(null);
    });
    await expect(doubled).rejects.toMatchObject({ constraint: 'wallets_id' });
    expect(await inTransaction(db.database, (tx) => tx.wallets.get(wallet.id))).toBeNull();
  });

  test('work that swallows the failure of a statement does not pass for committed', async () => {
    const wallet = aWallet();
    const swallowed = db.database.transact(async (tx) => {
      await tx.wallets.insert(wallet);
      await tx.wallets.insert(wallet).catch(() => undefined);
      return ok(null);
    });
    await expect(swallowed).rejects.toThrow(/answered ROLLBACK/);
  });

  test('a constraint that is checked at commit throws', async () => {
    const wallet = aWallet({ policyRevision: 7 });
    await expect(inTransaction(db.database, (tx) => tx.wallets.insert(wallet))).rejects.toMatchObject({ constraint: 'wallets_policy' });
  });

  test('a connection lost before the commit is unavailable, and nothing was written', async () => {
    const wallet = aWallet();
    const result = await db.database.transact(async (tx) => {
      await tx.wallets.insert(wallet);
      await endBackends();
      await tx.wallets.get(wallet.id);
      return ok(null);
    });
    expect(result).toMatchObject(unavailable);
    expect(await inTransaction(db.database, (tx) => tx.wallets.get(wallet.id))).toBeNull();
  });

  test('where nothing leaves the process, it is tried again', async () => {
    const wallet = aWallet();
    let runs = 0;
    const result = await db.database.transact(
      async (tx) => {
        runs += 1;
        if (runs === 1) await endBackends();
        await tx.wallets.insert(wallet);
        return ok(runs);
      },
      { retry: 'nothing-leaves-the-process' },
    );
    expect(result).toEqual({ ok: true, value: 2 });
  });

  test('a serialization failure is tried again only where nothing leaves the process', async () => {
    const client = new Client({ connectionString: db.url });
    await client.connect();
    // A sequence moves on even where its transaction rolls back: the first insert of each name fails, the second goes through.
    await client.query(`CREATE SEQUENCE tries;
      CREATE FUNCTION fail_every_other_time() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('tries') % 2 = 1 THEN RAISE EXCEPTION 'could not serialize access' USING ERRCODE = 'serialization_failure'; END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER unserializable BEFORE INSERT ON wallets FOR EACH ROW WHEN (NEW.name = 'Unserializable') EXECUTE FUNCTION fail_every_other_time()`);
    await client.end();
    let runs = 0;
    const insert = async (tx: ITransaction) => {
      runs += 1;
      await tx.wallets.insert(aWallet({ name: 'Unserializable' }));
      return ok(runs);
    };
    expect(await db.database.transact(insert)).toMatchObject(unavailable);
    expect(runs).toBe(1);
    expect(await db.database.transact(insert)).toEqual(ok(2));
    expect(await db.database.transact(insert, { retry: 'nothing-leaves-the-process' })).toEqual(ok(4));
  });

  test('a connection lost without a retry runs the work once', async () => {
    let runs = 0;
    const result = await db.database.transact(async (tx) => {
      runs += 1;
      await endBackends();
      await tx.wallets.insert(aWallet());
      return ok(runs);
    });
    expect(result).toMatchObject(unavailable);
    expect(runs).toBe(1);
  });

  test('INVARIANT I4: two decisions that lock the wallets of one owner, each from its own, never wait in a ring', async () => {
    const owner = anAddress();
    const wallets: Wallet[] = [];
    for (let index = 0; index < 5; index += 1) wallets.push((await aPayer(db.database, { owner })).wallet);
    const results = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        db.database.transact(async (tx) => {
          const locked = await tx.wallets.lockWithSiblings(wallets[index % 5]?.id ?? aWallet().id);
          await sleep(1);
          return ok(locked.length);
        }),
      ),
    );
    expect(results).toEqual(Array.from({ length: 60 }, () => ok(5)));
  });

  test('a deadlock ends one of the two, and with a retry both succeed', async () => {
    const [one, other] = [await aPayer(db.database), await aPayer(db.database)];
    const both = (first: typeof one, second: typeof one) =>
      db.database.transact(
        async (tx) => {
          await tx.wallets.lock(first.wallet.id);
          await sleep(50);
          await tx.wallets.lock(second.wallet.id);
          return ok('locked');
        },
        { retry: 'nothing-leaves-the-process' },
      );
    expect(await Promise.all([both(one, other), both(other, one)])).toEqual([ok('locked'), ok('locked')]);
  });

  test('INVARIANT I7: those who share a wallet’s lock go side by side, and the one who freezes waits for them', async () => {
    const { wallet } = await aPayer(db.database);
    const order: string[] = [];
    const signing = (name: string) =>
      inTransaction(db.database, async (tx) => {
        await tx.wallets.lockShared(wallet.id);
        order.push(`${name} begins`);
        await sleep(150);
        order.push(`${name} ends`);
      });
    const signers = [signing('a'), signing('b')];
    await sleep(50);
    await inTransaction(db.database, async (tx) => {
      await tx.wallets.lock(wallet.id);
      order.push('frozen');
    });
    await Promise.all(signers);
    expect(order.slice(0, 2).every((each) => each.endsWith('begins'))).toBe(true);
    expect(order.at(-1)).toBe('frozen');
  });

  test('limits on waiting: a lock, a statement, an idle transaction', async () => {
    const hasty = await createPostgresDatabase({
      connectionString: db.url,
      report: () => undefined,
      lockTimeoutMs: 100,
      idleInTransactionTimeoutMs: 200,
    });
    const { wallet } = await aPayer(db.database);
    await inTransaction(db.database, async (tx) => {
      await tx.wallets.lock(wallet.id);
      expect(await hasty.transact(async (other) => ok(await other.wallets.lock(wallet.id)))).toMatchObject(unavailable);
    });
    const idle = await hasty.transact(async (tx) => {
      await sleep(400);
      return ok(await tx.nowMs());
    });
    expect(idle).toMatchObject(unavailable);
    await hasty.close();
  });

  test('a server that is away, and a pool that is used up', async () => {
    const away = await createPostgresDatabase({ connectionString: 'postgresql://x:y@127.0.0.1:1/z', report: () => undefined });
    expect(await away.transact(async (tx) => ok(await tx.nowMs()))).toMatchObject(unavailable);
    expect(await away.health()).toMatchObject({ reachable: false, problem: expect.stringContaining('ECONNREFUSED') });
    await away.close();
    const narrow = await createPostgresDatabase({
      connectionString: db.url,
      report: () => undefined,
      poolSize: 1,
      connectTimeoutMs: 100,
    });
    const nested = await narrow.transact(async () => narrow.transact(async (tx) => ok(await tx.nowMs())));
    expect(nested).toMatchObject(unavailable);
    await narrow.close();
  });
});
