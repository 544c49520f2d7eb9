import { setTimeout as sleep } from 'node:timers/promises';
import { asPaymentDenied, type CountersignClient, isTransportProblem } from '@countersign/sdk';
import { DEMO_MERCHANT } from '../start/demo/demo-policy.ts';

/** What a payment was answered in the end. */
export type Answer =
  | { readonly kind: 'taken' | 'denied'; readonly id: string; readonly tries: number }
  | { readonly kind: 'given up'; readonly why: string };

const BASE_LAMPORTS = 1_000_000n;
const PATIENCE_MS = 120_000;

/** Each payment has an amount of its own, so that it is recognised on chain. */
export function amountOf(index: number): bigint {
  return BASE_LAMPORTS + BigInt(index);
}

/** Asks with one idempotency key until there is a definite answer, as a careful agent does. */
export async function payUntilAnswered(agent: CountersignClient, wallet: string, seed: number, index: number): Promise<Answer> {
  const payment = { asset: 'SOL', amount: String(amountOf(index)), recipient: DEMO_MERCHANT.address };
  let why = 'never asked';
  const startedAtMs = performance.now();
  for (let tries = 1; performance.now() - startedAtMs < PATIENCE_MS; tries += 1) {
    const paid = await agent.pay(wallet, payment, `kill-${seed}-${index}`);
    if (paid.ok) return { kind: 'taken', id: paid.value.transaction.id, tries };
    const denied = asPaymentDenied(paid.error);
    if (denied !== null) return { kind: 'denied', id: denied.id, tries };
    why = `${paid.error.code}: ${paid.error.detail}`;
    if (!isTransportProblem(paid.error) && paid.error.status < 500 && paid.error.status !== 429 && paid.error.status !== 409) break;
    await sleep(200);
  }
  return { kind: 'given up', why };
}
