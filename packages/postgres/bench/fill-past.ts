import type { Address, Meter } from '@countersign/core';
import { Client } from 'pg';
import type { Payer } from '../src/test-support/a-payment.ts';

/** A wallet's past: `payments` that landed, spread over the last sixty days, each with its request, attempt, and all its meters. */
export async function fillPast(
  url: string,
  { wallet, credential }: Payer,
  meters: readonly Meter[],
  recipient: Address,
  payments: number,
): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const holding = JSON.stringify({ alone: true, amounts: meters.map((meter) => ({ meter, amount: '10' })) });
  const nowMs = Date.now();
  const atMs = `${nowMs - 60 * 86_400_000} + (i * ${60 * 86_400_000}::numeric / ${payments})::bigint`;
  const id = (prefix: string): string => `'${prefix}_' || lpad(i::text, 26, '0')`;
  const past = `generate_series(1, ${payments}) AS i`;
  // The rows are what the triggers would have made.
  await client.query('SET session_replication_role = replica');
  await client.query("SET maintenance_work_mem = '256MB'");
  await client.query(
    `INSERT INTO transaction_requests (id, wallet_id, credential_id, state, asset, amount, recipient, effects, route, decision, created_at_ms, updated_at_ms)
     SELECT ${id('tx')}, $1, $2, CASE WHEN i % 50 = 0 THEN 'denied' WHEN i % 50 = 1 THEN 'failed' ELSE 'finalized' END, 'SOL', 10, $3, '[]', 'autonomous', '{}',
       ${atMs}, ${atMs} FROM ${past}`,
    [wallet.id, credential.id, recipient],
  );
  await client.query(
    `INSERT INTO attempts (id, wallet_id, request_id, step, state, message, last_valid_block_height, wire, signature, holding, created_at_ms)
     SELECT ${id('att')}, $1, ${id('tx')}, 0, 'finalized', '\\x01', 1, '\\x01', ${id('sig')}, $2, ${atMs} FROM ${past}`,
    [wallet.id, holding],
  );
  await client.query(
    `INSERT INTO budget_reservations (attempt_id, meter, wallet_id, alone, amount, reserved_at_ms, state)
     SELECT ${id('att')}, m, $1, true, 10, ${atMs}, 'settled' FROM ${past}, unnest($2::text[]) AS m`,
    [wallet.id, meters],
  );
  await client.query(
    `INSERT INTO budget_settlements (wallet_id, meter, seq, attempt_id, alone, amount, at_ms, cumulative_alone, cumulative_total)
     SELECT $1, m, i, ${id('att')}, true, 10, ${atMs}, i * 10, i * 10 FROM ${past}, unnest($2::text[]) AS m`,
    [wallet.id, meters],
  );
  await client.query(
    `INSERT INTO budget_meters (wallet_id, meter, open_alone, open_total, settled_seq, settled_alone, settled_total)
     SELECT $1, m, 0, 0, $3::bigint, $3::bigint * 10, $3::bigint * 10 FROM unnest($2::text[]) AS m`,
    [wallet.id, meters, payments],
  );
  await client.query('UPDATE wallets SET last_decision_at_ms = $2 WHERE id = $1', [wallet.id, nowMs]);
  await client.query('SET session_replication_role = origin');
  await client.query('VACUUM ANALYZE');
  await client.query('CHECKPOINT');
  await client.end();
}
