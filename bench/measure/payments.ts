import { setTimeout as sleep } from 'node:timers/promises';
import type { TransactionView } from '@countersign/sdk';
import type { RunningService } from '../../tools/harness/running-service.ts';
import { DEMO_MERCHANT } from '../../tools/start/demo/demo-policy.ts';
import type { BenchWallet } from './bench-wallet.ts';
import { type Loop, runClients } from './clients.ts';
import { apiCpuSeconds } from './process-cpu.ts';

export interface PaymentRun extends Loop {
  /** From the record of the request to the record of its finality, by the database's clock. */
  readonly finalizedAfterMs: readonly number[];
  /** Of the API process until all were finalized, for each payment. */
  readonly cpuMsPerPayment: number;
  /** Of the API process until all were answered, for each payment. */
  readonly cpuMsPerAnswer: number;
  readonly signatures: readonly string[];
}

const AMOUNT_LAMPORTS = '1000000';
const FINAL_WITHIN_MS = 120_000;

/** Payments over HTTP; each must be answered as submitted, and must be finalized in the end. */
export async function measurePayments(
  service: RunningService,
  wallet: BenchWallet,
  given: { readonly clients: number; readonly forMs: number; readonly credential: string },
): Promise<PaymentRun> {
  const label = `bench-${given.clients}-${process.hrtime.bigint()}`;
  const ids: string[] = [];
  const before = await apiCpuSeconds(service.url, given.credential);
  const loop = await runClients(given.clients, given.forMs, async (index) => {
    const payment = { asset: 'SOL', amount: AMOUNT_LAMPORTS, recipient: DEMO_MERCHANT.address };
    const paid = await wallet.agent.pay(wallet.id, payment, `${label}-${index}`);
    if (!paid.ok) throw new Error(`${paid.error.code}: ${paid.error.detail}`);
    const { state, id } = paid.value.transaction;
    ids.push(id);
    if (!['submitted', 'confirmed', 'finalized'].includes(state)) throw new Error(`answered as ${state}`);
  });
  const answered = await apiCpuSeconds(service.url, given.credential);
  const views = await untilFinal(service, wallet, ids);
  const after = await apiCpuSeconds(service.url, given.credential);
  const ends = views.filter(({ state }) => state === 'finalized');
  const lost = views.filter(({ state }) => state !== 'finalized').map(({ id, state, problem }) => `${id} is ${state}: ${problem ?? ''}`);
  const count = Math.max(1, ids.length);
  return {
    ...loop,
    failures: [...loop.failures, ...lost],
    finalizedAfterMs: ends.map(({ createdAt, updatedAt }) => Date.parse(updatedAt) - Date.parse(createdAt)),
    cpuMsPerAnswer: ((answered - before) * 1000) / count,
    cpuMsPerPayment: ((after - before) * 1000) / count,
    signatures: ends.flatMap(({ signature }) => (signature === null ? [] : [signature])),
  };
}

async function untilFinal({ operator }: RunningService, wallet: BenchWallet, ids: readonly string[]): Promise<readonly TransactionView[]> {
  const wanted = new Set(ids);
  for (let waitedMs = 0; ; waitedMs += 1_000) {
    const views: TransactionView[] = [];
    for await (const each of operator.eachTransaction(wallet.id, { limit: '100' })) {
      if (!each.ok) throw new Error(each.error.detail);
      if (wanted.has(each.value.id)) views.push(each.value);
      if (views.length === wanted.size) break;
    }
    const open = views.filter(({ state }) => !['finalized', 'failed', 'expired', 'denied'].includes(state));
    if (open.length === 0 || waitedMs > FINAL_WITHIN_MS) return views;
    await sleep(1_000);
  }
}
