import { decodeBase58 } from '@countersign/core';
import { expect } from 'vitest';
import { buildMessage, type MessageRecipe } from '../bytes/build-message.ts';
import type { Verdict } from '../cases/vector.ts';
import type { HttpAnswer } from './http.ts';
import type { CorpusWallet, Stage } from './stage.ts';
import { isExpected, objectionsOf, type Said, saidByCall, saidByDryRun, wordsOf } from './verdict.ts';

/** How many times a dry run and the real call were compared; case 205 asserts that it was often. */
export const agreement: { count: number } = { count: 0 };

export const transactionsPath = (wallet: CorpusWallet): string => `/v1/wallets/${wallet.id}/transactions`;

export async function latestBlockhash({ stack }: Stage): Promise<Uint8Array> {
  const { value } = (await stack.rpc('getLatestBlockhash', [{ commitment: 'finalized' }])) as {
    readonly value: { readonly blockhash: string };
  };
  return decodeBase58(value.blockhash) ?? new Uint8Array(32);
}
export async function messageFor(stage: Stage, wallet: CorpusWallet, recipe: MessageRecipe): Promise<Uint8Array> {
  return buildMessage(recipe, wallet.names, recipe.blockhash === 'latest' ? await latestBlockhash(stage) : undefined);
}
export const bodyOf = (message: Uint8Array): { readonly message: string } => ({ message: Buffer.from(message).toString('base64') });

export function dryRun({ http }: Stage, wallet: CorpusWallet, body: unknown): Promise<HttpAnswer> {
  return http.ask(transactionsPath(wallet), wallet.credentials.agent, { method: 'POST', body, headers: { 'dry-run': 'true' } });
}
export function call(stage: Stage, wallet: CorpusWallet, body: unknown, key: string = stage.key()): Promise<HttpAnswer> {
  return stage.http.ask(transactionsPath(wallet), wallet.credentials.agent, { method: 'POST', body, headers: { 'idempotency-key': key } });
}
export function cancel({ http }: Stage, wallet: CorpusWallet, id: string): Promise<HttpAnswer> {
  return http.ask(`${transactionsPath(wallet)}/${id}/cancel`, wallet.credentials.agent, { method: 'POST' });
}

export interface Asked {
  readonly said: Said;
  readonly dry: HttpAnswer;
  /** `null` where it was only asked. */
  readonly real: HttpAnswer | null;
}

/**
 * Asks for something as an agent, dry and then for real, and expects the verdict of both; the objections of the two are the same. What waits
 * for the owner is taken back, what was allowed is left to go.
 */
export async function askBoth(
  stage: Stage,
  wallet: CorpusWallet,
  body: unknown,
  expected: readonly Verdict[],
  { dryOnly = false, what = '' }: { readonly dryOnly?: boolean; readonly what?: string } = {},
): Promise<Asked> {
  const dry = await dryRun(stage, wallet, body);
  const said = saidByDryRun(dry);
  expect(isExpected(said, expected), `${what} dry run: expected ${expected.join(' or ')}, got ${said}: ${wordsOf(dry)}`).toBe(true);
  if (dryOnly) return { said, dry, real: null };
  const real = await call(stage, wallet, body);
  expect(saidByCall(real), `${what} the real call differs from the dry run (${said}): ${wordsOf(real)}`).toBe(said);
  const rules = (answer: HttpAnswer) => objectionsOf(answer).map(({ rule, outcome }) => `${outcome} ${rule}`);
  expect(rules(real), `${what} objections of the real call and of the dry run`).toEqual(rules(dry));
  agreement.count += 1;
  if (said === 'ESC' || said === 'DELAY') await cancel(stage, wallet, String(real.json?.['id']));
  return { said, dry, real };
}
