import type { OwnerMessage } from '@countersign/solana/owner-tools';
import type { Invocation } from '../invocation.ts';
import type { Failure } from '../outcome.ts';
import { type Signers, withAllOpen } from '../owner-key/found-key.ts';
import { good, type Result } from '../result.ts';
import { sameSentences, signAndFinalize } from './owner-chain.ts';

/** What was planned and confirmed, and how it is planned anew from what the chain holds. */
export interface Planned<Plan> {
  readonly rpcUrls: readonly string[];
  readonly keys: Signers;
  readonly first: Plan;
  plan(): Promise<Result<Plan, Failure>>;
  /** Shows a plan that differs from what was confirmed, and asks again. */
  confirmAnew(plan: Plan): Promise<Result<void, Failure>>;
}

/**
 * Sends one transaction after the other, each finalized before the next, and plans again after each: blockhashes last a minute, and what has landed
 * is not asked for again. A failure tells what landed before it.
 */
export async function sendPlanned<Plan extends { readonly messages: readonly OwnerMessage[] }>(
  { world }: Invocation,
  planned: Planned<Plan>,
): Promise<Result<{ readonly last: Plan; readonly sent: readonly string[] }, Failure>> {
  const sent: string[] = [];
  return withAllOpen(planned.keys, async (opened) => {
    for (let current = planned.first; ; ) {
      const [next, ...rest] = current.messages;
      if (next === undefined) return good({ last: current, sent });
      world.terminal.note(`sending transaction ${sent.length + 1} …`);
      const landed = await signAndFinalize(planned.rpcUrls, next, opened);
      if (!landed.ok) return after(sent, landed);
      sent.push(landed.value);
      world.terminal.note(`✓ finalized: ${landed.value}`);
      const again = await planned.plan();
      if (!again.ok) return after(sent, again);
      const { messages } = again.value;
      const asConfirmed = messages.length === 0 || sameSentences(messages, rest);
      if (!asConfirmed) world.terminal.note('What is left to do has changed since you read it:');
      const confirmed = asConfirmed ? good(undefined) : await planned.confirmAnew(again.value);
      if (!confirmed.ok) return after(sent, confirmed);
      current = again.value;
    }
  });
}

function after(sent: readonly string[], result: { readonly ok: false; readonly error: Failure }): typeof result {
  if (sent.length === 0) return result;
  const details = ['Finalized before:', ...sent.map((signature) => `  ${signature}`)];
  return { ok: false, error: { ...result.error, details, problem: { ...result.error.problem, sent } } };
}
