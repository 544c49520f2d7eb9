import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import pg from 'pg';
import { callRpc } from '../../tools/start/rpc.ts';
import { type Loop, runClients } from './clients.ts';

export interface FloorRun {
  /** Signature, commit and execution one after the other. */
  readonly all: Loop;
  readonly signMs: number;
  readonly commitMs: number;
  readonly executeMs: number;
}

const MESSAGE_BYTES = 500;
const TABLE = 'bench_floor';

/** What no payment can do without: one Ed25519 signature, one durable commit, and the chain's execution of the very transaction. */
export async function measureFloor(given: {
  readonly clients: number;
  readonly forMs: number;
  readonly databaseUrl: string;
  readonly rpcUrl: string;
  /** A payment that has landed. */
  readonly signature: string;
}): Promise<FloorRun> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const message = randomBytes(MESSAGE_BYTES);
  const wire = await landedWire(given.rpcUrl, given.signature);
  const pool = new pg.Pool({ connectionString: given.databaseUrl, max: 10 });
  await pool.query(`CREATE TABLE IF NOT EXISTS public.${TABLE} (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), bytes bytea NOT NULL)`);
  const totals = { sign: 0, commit: 0, execute: 0 };
  const timed = async (what: keyof typeof totals, work: () => unknown): Promise<void> => {
    const beganAtMs = performance.now();
    await work();
    totals[what] += performance.now() - beganAtMs;
  };
  const simulate = (): Promise<unknown> =>
    callRpc(given.rpcUrl, 'simulateTransaction', [
      wire,
      { encoding: 'base64', sigVerify: false, replaceRecentBlockhash: true, commitment: 'confirmed' },
    ]);
  try {
    const all = await runClients(given.clients, given.forMs, async () => {
      await timed('sign', () => sign(null, message, privateKey));
      await timed('commit', () => pool.query(`INSERT INTO public.${TABLE} (bytes) VALUES ($1)`, [message]));
      await timed('execute', simulate);
    });
    const count = Math.max(1, all.elapsedMs.length);
    return { all, signMs: totals.sign / count, commitMs: totals.commit / count, executeMs: totals.execute / count };
  } finally {
    await pool.query(`DROP TABLE public.${TABLE}`);
    await pool.end();
  }
}

async function landedWire(rpcUrl: string, signature: string): Promise<string> {
  const options = { commitment: 'confirmed', encoding: 'base64', maxSupportedTransactionVersion: 0 };
  const found = (await callRpc(rpcUrl, 'getTransaction', [signature, options])) as { readonly transaction: readonly [string, string] };
  return found.transaction[0];
}
