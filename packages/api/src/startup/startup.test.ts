import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSecret, ok } from '@countersign/core';
import { startTestDatabase } from '@countersign/postgres';
import { createFakeChain, liveSources } from '@countersign/testkit';
import { describe, expect, test } from 'vitest';
import { networkProblem } from './check-network.ts';
import { createConnection } from './connect.ts';
import { makeFirstOperator } from './first-operator.ts';
import { guardChain } from './guard-chain.ts';

describe('the network', () => {
  const of = {
    mainnet: '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp',
    devnet: 'EtWTRABZaYq6iMfeYKouRu166VU2xqa1',
    testnet: '4uhcVJyU9pJkvQyS88uRDiswHScCKQY3',
    localnet: 'Hq1gPq2nYRtaWAFB3vJyxLD5vvGyAMkTPnPiSBbmGuXd',
  } as const;
  const clusters = Object.keys(of) as (keyof typeof of)[];
  test.each(clusters.flatMap((set) => clusters.map((found) => [set, found] as const)))('CLUSTER=%s on %s', (set, found) => {
    expect(networkProblem(set, `${of[found]}${found === 'localnet' ? '' : 'KuctfV6BK2d'}`) === null).toBe(set === found);
  });

  test('the chain is closed until it is known to be the right one', async () => {
    let verified = false;
    const chain = createFakeChain(liveSources);
    const guarded = guardChain(chain, () => verified);
    // Everything that the port has: the fake's own controls are no part of it.
    const port = readFileSync(new URL('../../../core/src/ports/blockchain-adapter.ts', import.meta.url), 'utf8');
    const methods = [...port.slice(port.indexOf('export interface IBlockchainAdapter')).matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name);
    expect(methods.length).toBeGreaterThan(15);
    expect(Object.keys(guarded).sort()).toEqual(methods.sort());
    expect(await guarded.getAssetInfo('SOL' as never)).toMatchObject({ ok: false, error: { code: 'chain_unavailable' } });
    expect(await guarded.submitTransaction(new Uint8Array())).toMatchObject({ ok: false, error: { code: 'chain_unavailable' } });
    verified = true;
    expect(await guarded.getAssetInfo('SOL' as never)).toMatchObject({ ok: true });
  });

  test('a chain of another network is told, one that is away is waited for', async () => {
    const chain = createFakeChain(liveSources);
    chain.setReachable(false);
    const parts = { migrate: async () => undefined, chain, retryMs: 5, report: () => undefined };
    const wrong = createConnection({ ...parts, cluster: 'mainnet' });
    const waiting = wrong.verifyNetwork();
    setTimeout(() => chain.setReachable(true), 20);
    expect(await waiting).toMatch(/CLUSTER is mainnet/);
    expect(wrong.network()).toBeNull();
    const right = createConnection({ ...parts, cluster: 'localnet' });
    expect(await right.verifyNetwork()).toBeNull();
    expect(right.network()).toBe(((await chain.getNetwork()) as { value: string }).value);
  });

  test('a database that is away is waited for, and stopping ends the waiting', async () => {
    let tries = 0;
    const told: string[] = [];
    const migrate = async () => {
      tries += 1;
      if (tries < 4) throw new Error('not there');
    };
    const parts = {
      chain: createFakeChain(liveSources),
      cluster: 'localnet' as const,
      retryMs: 5,
      report: (problem: string) => void told.push(problem),
    };
    const connection = createConnection({ ...parts, migrate });
    expect(await connection.prepareDatabase()).toBe(true);
    expect(told).toEqual(['waiting for the database']);
    expect(connection.databaseProblem()).toBeNull();
    const never = createConnection({ ...parts, retryMs: 60_000, migrate: async () => Promise.reject(new Error('never')) });
    const waiting = never.prepareDatabase();
    setTimeout(() => never.stop(), 10);
    expect(await waiting).toBe(false);
  });
});

test('the first operator credential is made once, for this user only, and not when it cannot be kept', async () => {
  const test = await startTestDatabase({ poolSize: 2 });
  const folder = mkdtempSync(join(tmpdir(), 'countersign-first-'));
  try {
    const deps = {
      database: test.database,
      clock: { nowMs: () => Date.now() },
      random: { bytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)) },
    };
    await expect(makeFirstOperator(deps, join(folder, 'no', 'such', 'folder'))).rejects.toThrow();
    const listed = async () => {
      const read = await test.database.transact(async (tx) => ok(await tx.credentials.list({ walletId: null, role: 'operator' })));
      return read.ok ? read.value.filter(({ revokedAtMs }) => revokedAtMs === null) : [];
    };
    expect(await listed()).toHaveLength(0);
    const path = join(folder, 'operator');
    expect(await makeFirstOperator(deps, path)).toBe('made');
    expect(isSecret(readFileSync(path, 'utf8').trim())).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    chmodSync(path, 0o600);
    expect(await makeFirstOperator(deps, path)).toBe('there is one');
    expect(await listed()).toHaveLength(1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await test.close();
  }
});
