import { DEMO_MERCHANT } from '../../tools/start/demo/demo-policy.ts';
import type { BenchWallet } from './bench-wallet.ts';

export interface Load {
  /** How many were signed and sent so far. */
  submitted(): number;
  /** Refusals that are none of a stop's. */
  readonly failures: readonly string[];
  stop(): Promise<void>;
}

const AMOUNT_LAMPORTS = '1000000';
/** What a stopped wallet, or one whose keys change, answers. */
const STOPPED: readonly string[] = ['payment_denied', 'rotation_under_way'];
/** Between two payments of a client. */
const PAUSE_MS = 100;

/** So many clients pay out of each wallet, one payment after the other, until they are stopped. */
export function startLoad(wallets: readonly BenchWallet[], clients: number): Load {
  const label = `load-${process.hrtime.bigint()}`;
  const failures: string[] = [];
  let submitted = 0;
  let next = 0;
  let running = true;
  const client = async ({ id, agent }: BenchWallet): Promise<void> => {
    while (running) {
      next += 1;
      const payment = { asset: 'SOL', amount: AMOUNT_LAMPORTS, recipient: DEMO_MERCHANT.address };
      const paid = await agent.pay(id, payment, `${label}-${next}`);
      if (paid.ok && paid.value.transaction.signature !== null) submitted += 1;
      if (!paid.ok && !STOPPED.includes(paid.error.code)) failures.push(`${paid.error.code}: ${paid.error.detail}`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  };
  const all = Promise.all(wallets.flatMap((wallet) => Array.from({ length: clients }, () => client(wallet))));
  return {
    submitted: () => submitted,
    failures,
    async stop() {
      running = false;
      await all;
    },
  };
}
