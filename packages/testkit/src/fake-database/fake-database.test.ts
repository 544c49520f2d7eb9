import { domainError, fail, ok } from '@countersign/core';
import { describe, expect, test } from 'vitest';
import { aPayer, aWallet, committed } from '../contracts/database-records.ts';
import { describeDatabaseContract } from '../contracts/index.ts';
import { createFakeDatabase, type FakeDatabase } from './fake-database.ts';
import { type Fate, type Pace, promptPace } from './pace.ts';
import type { Commit } from './tables.ts';

const SETTINGS = { lockTimeoutMs: 1_000, idleInTransactionMs: 5_000 };

describeDatabaseContract('the fake database', async () => {
  const server = createFakeDatabase({ ...SETTINGS, nowMs: () => Date.now(), observe: () => undefined });
  return { database: server.connect(promptPace), close: async () => undefined };
});

/** A server with a clock that stands still, and clients to whose steps things happen. */
function world(): {
  readonly server: FakeDatabase;
  readonly commits: Commit[];
  pass(ms: number): void;
  readonly fated: (fates: Record<string, Fate>) => Pace;
} {
  let nowMs = 1_000;
  const commits: Commit[] = [];
  const server = createFakeDatabase({ ...SETTINGS, nowMs: () => nowMs, observe: (commit) => commits.push(commit) });
  return {
    server,
    commits,
    pass: (ms) => {
      nowMs += ms;
    },
    fated: (fates) => ({ next: async (step) => fates[step] ?? 'go' }),
  };
}
const unavailable = { ok: false, error: { code: 'database_unavailable' } };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the fake database misbehaves', () => {
  test('a connection lost at a statement or at the commit leaves nothing; a lost answer leaves everything', async () => {
    for (const [fates, there] of [
      [{ 'wallets.insert': 'lose_connection' }, false],
      [{ commit: 'lose_connection' }, false],
      [{ commit: 'lose_answer' }, true],
    ] as const) {
      const { server, fated } = world();
      const wallet = aWallet();
      const result = await server.connect(fated(fates)).transact(async (tx) => {
        await tx.wallets.insert(wallet);
        return ok(null);
      });
      expect(result).toMatchObject(unavailable);
      expect(server.tables.wallets.has(wallet.id)).toBe(there);
    }
  });

  test('it is tried again only where that is asked for, and never after a commit that may have been', async () => {
    const { server } = world();
    let steps = 0;
    const flaky: Pace = {
      next: async () => {
        steps += 1;
        return steps === 1 ? 'lose_connection' : 'go';
      },
    };
    const wallet = aWallet();
    const insert = async (tx: Parameters<Parameters<ReturnType<FakeDatabase['connect']>['transact']>[0]>[0]) => {
      await tx.wallets.insert(wallet);
      return ok(null);
    };
    expect(await server.connect(flaky).transact(insert)).toMatchObject(unavailable);
    steps = 0;
    expect(await server.connect(flaky).transact(insert, { retry: 'nothing-leaves-the-process' })).toEqual(ok(null));
    let runs = 0;
    const deaf = server.connect({ next: async (step) => (step === 'commit' ? 'lose_answer' : 'go') });
    const answer = await deaf.transact(
      async () => {
        runs += 1;
        return ok(null);
      },
      { retry: 'nothing-leaves-the-process' },
    );
    expect(answer).toMatchObject(unavailable);
    expect(runs).toBe(1);
  });

  test('a process that dies lets go of its locks, and nothing that it asked for is ever answered', async () => {
    const { server } = world();
    const [dying, living] = [server.connect(promptPace), server.connect(promptPace)];
    const { wallet } = await aPayer(living);
    let answered = false;
    let locked = (): void => undefined;
    const hasIt = new Promise<void>((resolve) => {
      locked = resolve;
    });
    const never = dying.transact(async (tx) => {
      await tx.wallets.lock(wallet.id);
      await tx.wallets.move(wallet.id, 'active', 'frozen', { frozenReason: 'x' });
      locked();
      return new Promise<never>(() => undefined);
    });
    never.then(() => {
      answered = true;
    });
    await hasIt;
    const waiting = committed(living, async (tx) => (await tx.wallets.lock(wallet.id))?.state);
    await turn();
    dying.crash();
    expect(await waiting).toBe('active');
    expect(answered).toBe(false);
  });

  test('waits and idle transactions end in time; an outage ends what is open', async () => {
    const { server, pass } = world();
    const client = server.connect(promptPace);
    const { wallet } = await aPayer(client);
    let goOn = (): void => undefined;
    const held = client.transact(async (tx) => {
      await tx.wallets.lock(wallet.id);
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return ok(await tx.nowMs());
    });
    await turn();
    const waiting = client.transact(async (tx) => ok(await tx.wallets.lock(wallet.id)));
    await turn();
    pass(SETTINGS.lockTimeoutMs + 1);
    server.endOverdue();
    expect(await waiting).toMatchObject(unavailable);
    pass(SETTINGS.idleInTransactionMs);
    server.endOverdue();
    expect((await committed(client, (tx) => tx.wallets.lock(wallet.id)))?.id).toBe(wallet.id);
    goOn();
    expect(await held).toMatchObject(unavailable);
    server.setReachable(false);
    expect(await client.transact(async (tx) => ok(await tx.nowMs()))).toMatchObject(unavailable);
    expect(await client.read(async (reader) => ok(await reader.wallets.get(wallet.id)))).toMatchObject(unavailable);
    expect(await client.health()).toMatchObject({ reachable: false });
    server.setReachable(true);
    expect(await client.health()).toMatchObject({ reachable: true });
  });

  test('of two that wait for each other one is ended', async () => {
    const { server } = world();
    const client = server.connect(promptPace);
    const [one, other] = [await aPayer(client), await aPayer(client)];
    const both = (first: typeof one, second: typeof one) =>
      client.transact(
        async (tx) => {
          await tx.wallets.lock(first.wallet.id);
          await turn();
          await tx.wallets.lock(second.wallet.id);
          return ok('both');
        },
        { retry: 'nothing-leaves-the-process' },
      );
    expect(await Promise.all([both(one, other), both(other, one)])).toEqual([ok('both'), ok('both')]);
  });

  test('a job is there when, and only when, its transaction commits', async () => {
    const { server, commits, pass } = world();
    const client = server.connect(promptPace);
    for (const commits of [true, false])
      await client.transact(async (tx) => {
        await tx.jobs.enqueue({ kind: 'expire-approvals' }, { startAfterMs: 500 });
        return commits ? ok(null) : fail(domainError('forbidden', { role: 'x', action: 'y' }));
      });
    expect(commits.flatMap(({ jobs }) => jobs)).toHaveLength(1);
    expect(server.takeJobs(1_499)).toEqual([]);
    expect(server.nextJobMs()).toBe(1_500);
    pass(500);
    expect(server.takeJobs(1_500)).toMatchObject([{ job: { kind: 'expire-approvals' } }]);
    expect(server.takeJobs(1_500)).toEqual([]);
  });
});
