import { randomBytes } from 'node:crypto';
import { encodeBase58, formatOwnerStatement, type OwnerStatement } from '@countersign/core';
import type { TestKey } from '@countersign/testkit';
import type { HttpAnswer } from './http.ts';
import { type CorpusWallet, need, type Stage } from './stage.ts';

/** A statement without what every one of them has. */
export type Said = OwnerStatement extends infer Each
  ? Each extends OwnerStatement
    ? Omit<Each, 'network' | 'wallet' | 'expiresAtMs' | 'nonce'>
    : never
  : never;
interface Surroundings {
  readonly network?: string;
  readonly wallet?: string;
  readonly nonce?: string;
  readonly livesMs?: number;
}

/** What an owner writes on a machine of their own. */
export async function statementOf(
  { chain }: Stage,
  { addresses }: CorpusWallet,
  body: Said,
  { livesMs = 60_000, ...given }: Surroundings = {},
): Promise<string> {
  const network = given.network ?? need(await chain.getNetwork());
  const expiresAtMs = Math.ceil((Date.now() + livesMs) / 1000) * 1000;
  const nonce = given.nonce ?? randomBytes(16).toString('hex');
  return formatOwnerStatement({ ...body, network, wallet: addresses.multisig, expiresAtMs, nonce, ...given } as OwnerStatement);
}
export interface SignedStatement {
  readonly statement: string;
  readonly signature: string;
}
export function signedBy(key: TestKey, statement: string): SignedStatement {
  return { statement, signature: encodeBase58(key.sign(new TextEncoder().encode(statement))) };
}
/** Anybody hands it in, without a credential. */
export function freezeBy({ http }: Stage, { id }: CorpusWallet, said: SignedStatement): Promise<HttpAnswer> {
  return http.ask(`/v1/wallets/${id}/freeze`, null, { method: 'POST', body: said });
}
export async function signIn({ http }: Stage, owner: TestKey): Promise<string> {
  const asked = await http.ask('/v1/sign-in/challenge', null, { method: 'POST', body: { owner: owner.address } });
  const text = String(asked.json?.['text']);
  const signature = encodeBase58(owner.sign(new TextEncoder().encode(text)));
  const entered = await http.ask('/v1/sign-in', null, { method: 'POST', body: { text, signature } });
  return String(entered.json?.['secret'] ?? entered.text);
}
