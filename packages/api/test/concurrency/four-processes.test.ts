import type { TransactionView } from '@countersign/sdk';
import { createClient } from '@countersign/sdk';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeStackWallet, must, type Stack, type StackWallet, startStack, until } from '../end-to-end/stack.ts';

const CAP = 60_000_000n;
const PAYMENT = 3_000_007n;
const CLIENTS = 64;
const PROCESSES = 4;
const HAMMER_MS = 8_000;

let stack: Stack;
let wallet: StackWallet;
let urls: readonly string[];
beforeAll(async () => {
  stack = await startStack({ RATE_LIMIT_PER_MINUTE: '100000' });
  wallet = await makeStackWallet(stack, {
    assets: [
      {
        asset: 'SOL',
        perTransaction: { autonomous: PAYMENT.toString(), ceiling: PAYMENT.toString() },
        windows: [{ seconds: 86_400, autonomous: CAP.toString(), ceiling: CAP.toString() }],
      },
    ],
    signaturesPerMinute: 6_000,
  });
  const replicas = [];
  for (let more = 1; more < PROCESSES; more += 1) replicas.push(await stack.startReplica());
  urls = [stack.url, ...replicas.map(({ url }) => url)];
});
afterAll(() => stack.close());

test('INVARIANT I4: 64 clients at 4 processes at once spend a window to its cap and not a payment more', { timeout: 120_000 }, async () => {
  const deadlineMs = Date.now() + HAMMER_MS;
  let taken = 0;
  let denied = 0;
  let failed = 0;
  const hammer = async (client: number): Promise<void> => {
    const agent = createClient({ baseUrl: urls[client % urls.length] ?? '', credential: wallet.agentSecret, timeoutMs: 20_000 });
    for (let turn = 0; Date.now() < deadlineMs; turn += 1) {
      const paid = await agent.pay(
        wallet.id,
        { asset: 'SOL', amount: PAYMENT.toString(), recipient: wallet.merchant },
        `four-${client}-${turn}`,
      );
      if (paid.ok) taken += 1;
      else if (paid.error.code === 'payment_denied') denied += 1;
      else failed += 1;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, client) => hammer(client)));
  await until('everything is at its end', async () => (await unfinished()) === 0, 60_000);

  const fits = Number(CAP / PAYMENT);
  const all = await transactions();
  const finalized = all.filter(({ state }) => state === 'finalized');
  const { value: left } = (await stack.rpc('getBalance', [wallet.vault, { commitment: 'finalized' }])) as { readonly value: number };
  const landed = 5_000_000_000n - BigInt(left);
  expect(landed <= CAP).toBe(true);
  expect(landed).toBe(PAYMENT * BigInt(finalized.length));
  expect(await settled()).toBe(landed);
  expect(finalized.length).toBe(fits);
  expect(taken).toBeGreaterThanOrEqual(fits);
  expect(denied).toBeGreaterThan(0);
  const audit = must(await stack.operator.verifyAudit());
  expect(audit.chains.filter(({ ok }) => !ok)).toEqual([]);
  console.info(`four processes: ${taken} taken, ${denied} denied, ${failed} other answers, ${landed} of ${CAP} lamports landed`);
});

async function transactions(): Promise<readonly TransactionView[]> {
  const all: TransactionView[] = [];
  for await (const each of stack.operator.eachTransaction(wallet.id)) all.push(must(each));
  return all;
}

async function unfinished(): Promise<number> {
  const { rows } = await query<{ readonly count: string }>(
    `SELECT count(*)::text AS count FROM transaction_requests
     WHERE wallet_id = $1 AND state NOT IN ('finalized', 'failed', 'expired', 'denied', 'rejected', 'cancelled')`,
  );
  return Number(rows[0]?.count ?? '1');
}

async function settled(): Promise<bigint> {
  const { rows } = await query<{ readonly sum: string }>(
    `SELECT coalesce(sum(amount), 0)::text AS sum FROM budget_settlements WHERE wallet_id = $1 AND meter = 'asset/SOL'`,
  );
  return BigInt(rows[0]?.sum ?? '0');
}

async function query<Row extends pg.QueryResultRow>(text: string): Promise<pg.QueryResult<Row>> {
  const database = new pg.Client({ connectionString: stack.databaseUrl });
  await database.connect();
  try {
    return await database.query<Row>(text, [wallet.id]);
  } finally {
    await database.end();
  }
}
