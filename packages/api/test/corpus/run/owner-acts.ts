import { expect } from 'vitest';
import { until } from '../../end-to-end/stack.ts';
import { policyDocument } from '../cases/load.ts';
import { resolveNames } from '../cases/resolve.ts';
import { countersigned } from './acts.ts';
import type { CorpusWallet, Stage } from './stage.ts';

/** Over what the agent may pay alone under the policy `owner`, under its ceiling. */
export const LARGE = 60_000_000n;

export async function proposePolicy(
  stage: Stage,
  wallet: CorpusWallet,
  change: object,
  from = 'owner',
): Promise<{ readonly approval: string; readonly revision: number }> {
  const policy = JSON.stringify(await resolveNames({ ...policyDocument(from), ...change }, wallet.names));
  const answer = await stage.http.ask(`/v1/wallets/${wallet.id}/policies`, stage.operator, { method: 'POST', body: { policy } });
  expect(answer.status, answer.text).toBeLessThan(300);
  const { approval, revision } = answer.json as {
    readonly approval: { readonly id: string };
    readonly revision: { readonly revision: number };
  };
  return { approval: approval.id, revision: revision.revision };
}
export async function revisionOf({ http, operator }: Stage, wallet: CorpusWallet): Promise<number> {
  return Number((await http.ask(`/v1/wallets/${wallet.id}`, operator)).json?.['policyRevision']);
}
export async function installPolicy(stage: Stage, wallet: CorpusWallet, change: object, from = 'owner'): Promise<void> {
  const { approval, revision } = await proposePolicy(stage, wallet, change, from);
  const done = await countersigned(stage, wallet, approval);
  expect(done.status, done.text).toBe(200);
  await until('the policy is in force', async () => (await revisionOf(stage, wallet)) === revision);
}
/** What the operator does alone. */
export async function tighten(stage: Stage, wallet: CorpusWallet, change: object, from = 'owner'): Promise<void> {
  const policy = JSON.stringify(await resolveNames({ ...policyDocument(from), ...change }, wallet.names));
  const answer = await stage.http.ask(`/v1/wallets/${wallet.id}/policies/tighten`, stage.operator, { method: 'POST', body: { policy } });
  expect(answer.status, answer.text).toBe(200);
}
export async function freeze({ http, operator }: Stage, wallet: CorpusWallet): Promise<void> {
  const answer = await http.ask(`/v1/wallets/${wallet.id}/freeze`, operator, { method: 'POST', body: { reason: 'corpus' } });
  expect(answer.status, answer.text).toBe(200);
}
