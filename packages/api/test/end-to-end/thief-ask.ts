import { type Address, address } from '@countersign/core';
import type { DryRunView, TransactionView } from '@countersign/sdk';
import pg from 'pg';
import { consentTo, must, until } from './stack.ts';
import type { Step } from './thief-bytes.ts';
import { compileAs, type Shape } from './thief-compile.ts';
import type { Stage, Victim } from './thief-stage.ts';

/** An answer as it came, to the byte. */
export interface Said {
  readonly status: number;
  readonly text: string;
  readonly replayed: boolean;
  readonly json: Partial<TransactionView> & Partial<DryRunView> & { readonly code?: string };
}

export interface Wish {
  /** The API process; the first one where it is left out. */
  readonly url?: string;
  readonly secret?: string;
  readonly key?: string;
  readonly dry?: boolean;
}

/** Asks the API without a client in between. */
export async function ask(stage: Stage, victim: Victim, body: object, wish: Wish = {}): Promise<Said> {
  const { url = stage.stack.url, secret = victim.agentSecret, key = stage.key(), dry = false } = wish;
  const response = await fetch(`${url}/v1/wallets/${victim.id}/transactions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${secret}`,
      'content-type': 'application/json',
      ...(dry ? { 'dry-run': 'true' } : { 'idempotency-key': key }),
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, text, replayed: response.headers.get('idempotency-replayed') === 'true', json: JSON.parse(text) };
}

export const payment = (amount: bigint, recipient: string, asset = 'SOL'): object => ({ asset, amount: amount.toString(), recipient });

/** A message of the agent's own: the vault pays for it, unless said otherwise. */
export function messageOf(victim: Victim, steps: readonly Step[], shape: Shape & { readonly payer?: Address } = {}): object {
  return asMessage(compileAs(shape.payer ?? victim.addresses.vault, steps, shape));
}
export const asMessage = (bytes: Uint8Array): object => ({ message: Buffer.from(bytes).toString('base64') });

/** What a dry run or a real request came to: the verdict, or `refused CODE` for what was no question. */
export function verdictOf({ status, json }: Said): string {
  if (status === 200) return json.verdict ?? 'no verdict';
  if (status === 202) return json.decision?.verdict ?? 'no verdict';
  return json.code === 'payment_denied' ? 'denied' : `refused ${json.code ?? status}`;
}
export const rulesOf = ({ json }: Said): readonly string[] => [
  ...new Set((json.violations ?? json.decision?.violations ?? []).map(({ rule }) => rule)),
];

/** A frozen wallet is unfrozen by its owner; tells whether it was frozen. */
export async function thaw({ stack }: Stage, victim: Victim): Promise<boolean> {
  const { operator } = stack;
  if (must(await operator.getWallet(victim.id)).state !== 'frozen') return false;
  const { id } = must(await operator.requestUnfreeze(victim.id));
  must(await operator.approve(id, consentTo(must(await operator.prepareApproval(id)), victim.owner)));
  return true;
}

/** It is on chain and confirmed, which is when its amounts are seen there. */
export async function untilLanded(victim: Victim, id: string): Promise<void> {
  let last: TransactionView | null = null;
  await until('it landed', async () => {
    last = must(await victim.agent.getTransaction(victim.id, id));
    return last.state === 'confirmed' || last.state === 'finalized';
  }).catch((error: Error) => {
    throw new Error(`${error.message}; it is ${JSON.stringify(last)}`);
  });
}

/** Nothing of this wallet is on its way any more; with `final` all of it is settled too. */
export async function untilQuiet(victim: Victim, { final = false }: { readonly final?: boolean } = {}): Promise<void> {
  const moving = ['received', 'approved', 'signed', 'submitted', 'unknown', ...(final ? ['confirmed'] : [])];
  await until('nothing is on its way', async () => {
    const { items } = must(await victim.agent.listTransactions(victim.id, { limit: '100' }));
    return items.every(({ state }) => !moving.includes(state));
  });
}

/** Until what is written now is confirmed, which is what the service reads. */
export async function confirmed({ stack }: Stage): Promise<void> {
  const now = Number(await stack.rpc('getSlot', [{ commitment: 'processed' }]));
  await until('it is confirmed', async () => Number(await stack.rpc('getSlot', [{ commitment: 'confirmed' }])) > now);
}

/** Writes accounts of the chain from outside; without an account there is none. */
export async function setAccount(
  { stack }: Stage,
  at: Address,
  account: { readonly owner: Address; readonly data: Uint8Array; readonly lamports?: bigint; readonly executable?: boolean } | null,
): Promise<void> {
  const { owner, data, lamports = 1_000_000_000n, executable = false } = account ?? { owner: at, data: new Uint8Array(), lamports: 0n };
  const written = { address: at, lamports: Number(lamports), data: Buffer.from(data).toString('base64'), executable };
  await stack.rpc('chain_setAccount', [account === null ? { address: at, lamports: 0 } : { ...written, owner }]);
}

/** Base units in a token account, `null` where there is none. */
export async function amountIn({ stack }: Stage, account: Address): Promise<bigint | null> {
  const { value } = (await stack.rpc('getAccountInfo', [account, { encoding: 'base64', commitment: 'confirmed' }])) as {
    readonly value: { readonly data: readonly [string, string] } | null;
  };
  return value === null ? null : Buffer.from(value.data[0], 'base64').readBigUInt64LE(64);
}

/** Statements past the program, with triggers off where `force`. */
export async function sql(
  { stack }: Stage,
  text: string,
  values: readonly unknown[] = [],
  force = false,
): Promise<readonly { readonly [name: string]: unknown }[]> {
  const client = new pg.Client({ connectionString: stack.databaseUrl });
  await client.connect();
  try {
    if (force) await client.query("SET session_replication_role = 'replica'");
    return (await client.query(text, [...values])).rows as readonly { readonly [name: string]: unknown }[];
  } finally {
    await client.end();
  }
}

/** How many messages of a wallet's requests carry a signature of the agent. */
export async function signedBy(stage: Stage, victim: Victim): Promise<number> {
  const found = 'SELECT count(*)::int AS signed FROM attempts WHERE wallet_id = $1 AND request_id IS NOT NULL AND wire IS NOT NULL';
  const [row] = await sql(stage, found, [victim.id]);
  return Number(row?.['signed']);
}

export const merchantOf = ({ merchant }: Victim): Address => address(merchant);
