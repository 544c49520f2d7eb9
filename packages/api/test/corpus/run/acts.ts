import { encodeBase58 } from '@countersign/core';
import type { TestKey } from '@countersign/testkit';
import { expect } from 'vitest';
import { until } from '../../end-to-end/stack.ts';
import { call, dryRun, transactionsPath } from './ask.ts';
import type { HttpAnswer } from './http.ts';
import type { CorpusWallet, Stage } from './stage.ts';
import { wordsOf } from './verdict.ts';

/** What people and agents do with a wallet, over HTTP. */
export interface PaymentWish {
  readonly asset?: string;
  readonly amount: bigint;
  readonly recipient?: string;
  readonly memo?: string;
}
export async function paymentBody({ names }: CorpusWallet, { asset = 'SOL', amount, recipient = 'R', memo }: PaymentWish): Promise<object> {
  const of = asset === 'SOL' ? asset : await names.of(asset);
  return { asset: of, amount: amount.toString(), recipient: await names.of(recipient), ...(memo === undefined ? {} : { memo }) };
}
export async function pay(stage: Stage, wallet: CorpusWallet, wish: PaymentWish, key?: string): Promise<HttpAnswer> {
  return call(stage, wallet, await paymentBody(wallet, wish), key);
}
export async function dryPay(stage: Stage, wallet: CorpusWallet, wish: PaymentWish): Promise<HttpAnswer> {
  return dryRun(stage, wallet, await paymentBody(wallet, wish));
}
export const verdictOf = ({ json }: HttpAnswer): string => String(json?.['verdict'] ?? json?.['code'] ?? json?.['state']);

export interface Waiting {
  readonly id: string;
  readonly approval: string;
}
/** Something that waits for the owner. */
export function waiting(answer: HttpAnswer): Waiting {
  expect(answer.json?.['state'], wordsOf(answer)).toBe('awaiting_owner');
  return { id: String(answer.json?.['id']), approval: String(answer.json?.['approval']) };
}
/** The id of what stands under a name of an answer. */
export const idIn = ({ json }: HttpAnswer, name: string): string =>
  String((json?.[name] as { readonly id?: string } | undefined)?.id ?? '');
/** The items of a list. */
export const itemsOf = <T>({ json }: HttpAnswer): readonly T[] => (json?.['items'] ?? []) as readonly T[];
export const idOf = (answer: HttpAnswer): string => String(answer.json?.['id']);

export interface Prepared {
  readonly statement: string | null;
  readonly messages: readonly string[];
}
export interface Consent {
  readonly statementSignature: string | null;
  readonly messageSignatures: readonly string[];
  /** Of who shall be the owner. */
  readonly newOwnerSignature?: string | null;
}
export function prepare({ http, operator }: Stage, approval: string): Promise<HttpAnswer> {
  return http.ask(`/v1/approvals/${approval}/prepare`, operator, { method: 'POST' });
}
export function preparedOf({ status, json, text }: HttpAnswer): Prepared {
  expect(status, text).toBe(200);
  return { statement: (json?.['statement'] ?? null) as string | null, messages: (json?.['messages'] ?? []) as readonly string[] };
}
export function consentOf({ statement, messages }: Prepared, owner: TestKey): Consent {
  return {
    statementSignature: statement === null ? null : encodeBase58(owner.sign(new TextEncoder().encode(statement))),
    messageSignatures: messages.map((message) => encodeBase58(owner.sign(Buffer.from(message, 'base64')))),
  };
}
export function approve({ http, operator }: Stage, approval: string, consent: Consent): Promise<HttpAnswer> {
  return http.ask(`/v1/approvals/${approval}/approve`, operator, { method: 'POST', body: consent });
}
/** What the owner's tool does, without looking. The answer of the step that failed, else of the approval. */
export async function countersigned(stage: Stage, wallet: CorpusWallet, approval: string): Promise<HttpAnswer> {
  const prepared = await prepare(stage, approval);
  return prepared.status === 200 ? approve(stage, approval, consentOf(preparedOf(prepared), wallet.owner)) : prepared;
}

export function read({ http }: Stage, wallet: CorpusWallet, id: string): Promise<HttpAnswer> {
  return http.ask(`${transactionsPath(wallet)}/${id}`, wallet.credentials.agent);
}
export async function untilState(stage: Stage, wallet: CorpusWallet, id: string, ...states: readonly string[]): Promise<HttpAnswer> {
  let last: HttpAnswer | null = null;
  await until(`the transaction is ${states.join(' or ')}`, async () => {
    last = await read(stage, wallet, id);
    return states.includes(String(last.json?.['state']));
  }).catch((error: Error) => {
    throw new Error(`${error.message}; it is ${last?.text}`);
  });
  if (last === null) throw new Error('it was read');
  return last;
}
export async function walletState({ http, operator }: Stage, wallet: CorpusWallet): Promise<string> {
  return String((await http.ask(`/v1/wallets/${wallet.id}`, operator)).json?.['state']);
}

/** Attempts of the wallet's requests that were ever signed. */
export async function signedAttempts({ database }: Stage, wallet: CorpusWallet): Promise<number> {
  const { rows } = await database.query<{ count: string }>(
    "SELECT count(*) FROM attempts WHERE wallet_id = $1 AND request_id IS NOT NULL AND (wire IS NOT NULL OR signature IS NOT NULL OR state NOT IN ('prepared', 'withdrawn'))",
    [wallet.id],
  );
  return Number(rows[0]?.count);
}
/** Of one request, ever signed. */
export async function signedFor({ database }: Stage, request: string): Promise<number> {
  const { rows } = await database.query<{ count: string }>('SELECT count(*) FROM attempts WHERE request_id = $1 AND wire IS NOT NULL', [
    request,
  ]);
  return Number(rows[0]?.count);
}

/** What a window has used of an asset, by the words of a dry run. */
export async function used(
  stage: Stage,
  wallet: CorpusWallet,
  of = 'SOL',
  limitKind: 'autonomous' | 'ceiling' = 'ceiling',
): Promise<bigint> {
  const { json, text } = await dryPay(stage, wallet, { amount: 1n, ...(of.length > 20 ? { asset: of } : {}) });
  const budgets = (json?.['budgets'] ?? []) as readonly { readonly of: string; readonly limitKind: string; readonly used: string }[];
  const line = budgets.find((each) => each.of === of && each.limitKind === limitKind);
  if (line === undefined) throw new Error(`no budget of ${of}: ${text}`);
  return BigInt(line.used);
}

/** Unfreezes with the owner's signature, so that the next try is judged and not the freeze. True where it was frozen. */
export async function thaw(stage: Stage, wallet: CorpusWallet): Promise<boolean> {
  const { rows } = await stage.database.query<{ state: string }>('SELECT state FROM wallets WHERE id = $1', [wallet.id]);
  if (rows[0]?.state !== 'frozen') return false;
  const asked = await stage.http.ask(`/v1/wallets/${wallet.id}/unfreeze`, stage.operator, { method: 'POST' });
  expect(asked.status, asked.text).toBeLessThan(300);
  const done = await countersigned(stage, wallet, String(asked.json?.['id']));
  expect(done.status, done.text).toBe(200);
  return true;
}

/** Goes over so many slots; then until nobody holds a blockhash from before. */
export async function advance({ stack }: Stage, slots: number): Promise<void> {
  await stack.rpc('chain_advance', [{ slots, seconds: 5 }]);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
}

/** How much the vault is down since `before`, in lamports. */
export async function lostSince(stage: Stage, wallet: CorpusWallet, before: bigint): Promise<bigint> {
  return before - (await stage.holdings(wallet)).lamports;
}
