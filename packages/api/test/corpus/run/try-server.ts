import { expect } from 'vitest';
import { until } from '../../end-to-end/stack.ts';
import { policyDocument } from '../cases/load.ts';
import { resolveNames, resolveText } from '../cases/resolve.ts';
import type { Body, Try, Verdict } from '../cases/vector.ts';
import { askBoth, bodyOf, messageFor, transactionsPath } from './ask.ts';
import type { HttpAnswer } from './http.ts';
import type { CorpusWallet, Stage } from './stage.ts';
import { ridesOnASpend } from './try-signer.ts';
import { wordsOf } from './verdict.ts';

type Of<Kind extends Try['do']> = Extract<Try, { readonly do: Kind }>;

/** A message of the agent: over HTTP, and past the API at the signer. */
export async function tryMessage(
  stage: Stage,
  wallet: CorpusWallet,
  one: Of<'message'>,
  expected: readonly Verdict[],
  withSigner: boolean,
): Promise<void> {
  const what = one.name ?? '';
  const message = await messageFor(stage, wallet, one.message);
  const asked = await askBoth(stage, wallet, bodyOf(message), expected, { dryOnly: one.dryOnly ?? false, what });
  if (withSigner) await ridesOnASpend(stage, wallet, message, one.message);
  if (one.then === 'landed') await untilLanded(stage, wallet, asked.real, what);
}

export async function tryPayment(stage: Stage, wallet: CorpusWallet, one: Of<'payment'>, expected: readonly Verdict[]): Promise<void> {
  const { asset, amount, recipient, memo } = one.payment;
  const body = {
    asset: asset === 'SOL' ? asset : await wallet.names.of(asset),
    amount,
    recipient: await wallet.names.of(recipient),
    ...(memo === undefined ? {} : { memo }),
  };
  const asked = await askBoth(stage, wallet, body, expected, { dryOnly: one.dryOnly ?? false, what: one.name ?? '' });
  for (const rule of one.rules ?? []) expect(asked.dry.text).toContain(`"rule":"${rule}"`);
  if (one.shows !== undefined) expect(asked.dry.text).toContain(await wallet.names.of(one.shows));
  if (one.then === 'landed') await untilLanded(stage, wallet, asked.real, one.name ?? '');
}

async function untilLanded(stage: Stage, wallet: CorpusWallet, real: HttpAnswer | null, what: string): Promise<void> {
  const id = String(real?.json?.['id']);
  await until(`${what} ${id} is finalized`, async () => {
    const read = await stage.http.ask(`${transactionsPath(wallet)}/${id}`, wallet.credentials.agent);
    return read.json?.['state'] === 'finalized';
  });
}

/** A body that is no payment and no message: refused as such, dry and real, and an audit of the policy is never reached. */
export async function tryRequest(stage: Stage, wallet: CorpusWallet, one: Of<'request'>, expected: readonly Verdict[]): Promise<void> {
  const body = await resolveNames(one.body, wallet.names);
  await askBoth(stage, wallet, body, expected, { what: `${one.name ?? ''} ${JSON.stringify(body)}` });
}

export async function tryRaw(stage: Stage, wallet: CorpusWallet, one: Of<'raw'>, expected: readonly Verdict[]): Promise<void> {
  const raw = await resolveText(one.body, wallet.names);
  for (const headers of [{ 'dry-run': 'true' }, { 'idempotency-key': stage.key() }]) {
    const answer = await stage.http.ask(transactionsPath(wallet), wallet.credentials.agent, {
      method: 'POST',
      raw,
      headers: { ...headers } as Record<string, string>,
    });
    expect(expected, `${raw}: ${wordsOf(answer)}`).toContain(String(answer.status));
  }
}

export async function tryRoute(stage: Stage, wallet: CorpusWallet, one: Of<'route'>, expected: readonly Verdict[]): Promise<void> {
  const path = one.path.replaceAll('{wallet}', wallet.id);
  const credential = one.as === 'nobody' ? null : wallet.credentials[one.as ?? 'agent'];
  const methods = one.method === undefined ? (expected.includes('404') ? ['GET', 'POST'] : ['GET']) : [one.method];
  for (const method of methods) {
    const body = one.body === undefined ? (method === 'POST' ? {} : undefined) : await resolveNames(one.body, wallet.names);
    const answer = await stage.http.ask(path, credential, { method, ...(body === undefined ? {} : { body }), headers: { ...one.headers } });
    expect(expected, `${method} ${path} ${JSON.stringify(one.headers ?? '')}: ${wordsOf(answer)}`).toContain(String(answer.status));
  }
}

/** A policy that has to be refused: as that of a new wallet, and as the next one of a wallet that has one. */
export async function tryPolicy(stage: Stage, wallet: CorpusWallet, one: Of<'policy'>, expected: readonly Verdict[]): Promise<void> {
  // Without what would name an asset that the change takes away: what is refused is the change.
  const document: Record<string, unknown> = { ...policyDocument('P0'), groups: [], programs: [], ...one.change };
  if (one.without !== undefined) delete document[one.without];
  await refusesPolicy(
    stage,
    wallet,
    JSON.stringify(await resolveNames(document, wallet.names)),
    expected,
    one.code,
    one.name ?? JSON.stringify(one.change ?? one.without),
  );
}
export async function tryPolicyText(
  stage: Stage,
  wallet: CorpusWallet,
  one: Of<'policyText'>,
  expected: readonly Verdict[],
): Promise<void> {
  const good = JSON.stringify(await resolveNames(policyDocument('P0'), wallet.names));
  const text = one.text ?? good.replace(one.from ?? '', one.to ?? '');
  await refusesPolicy(stage, wallet, text, expected, undefined, text.slice(0, 60));
}
async function refusesPolicy(
  stage: Stage,
  wallet: CorpusWallet,
  policy: string,
  expected: readonly Verdict[],
  code: string | undefined,
  what: string,
): Promise<void> {
  const bodies: readonly (readonly [string, Body])[] = [
    ['/v1/wallets', { name: 'refused', owner: wallet.addresses.owner, policy }],
    [`/v1/wallets/${wallet.id}/policies`, { policy }],
  ];
  for (const [path, body] of bodies) {
    const answer = await stage.http.ask(path, stage.operator, { method: 'POST', body });
    expect(expected, `${what} at ${path}: ${wordsOf(answer)}`).toContain(String(answer.status));
    if (code !== undefined) expect(answer.json?.['code'], what).toBe(code);
  }
}
