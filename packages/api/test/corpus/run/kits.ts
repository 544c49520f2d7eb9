import { expect } from 'vitest';
import { until } from '../../end-to-end/stack.ts';
import { approve, consentOf, idOf, type Prepared, prepare, preparedOf } from './acts.ts';
import type { HttpAnswer } from './http.ts';
import { keepSecret } from './secrets.ts';
import type { CorpusWallet, Stage } from './stage.ts';

/** A transaction that the owner signs ahead of need. */
export interface CorpusKit {
  readonly message: Uint8Array;
  readonly nonceAccount: string;
}
export interface PreparedKits {
  readonly approval: string;
  readonly prepared: Prepared;
  readonly kits: readonly CorpusKit[];
}

export async function prepareLockdown(stage: Stage, wallet: CorpusWallet): Promise<PreparedKits> {
  const asked = await stage.http.ask(`/v1/wallets/${wallet.id}/kits`, stage.operator, { method: 'POST', body: { purpose: 'lockdown' } });
  expect(asked.status, asked.text).toBe(200);
  const approval = idOf(asked);
  let answer: HttpAnswer | null = null;
  // Its nonce accounts are made first.
  await until('it is prepared', async () => {
    answer = await prepare(stage, approval);
    return answer.json?.['code'] !== 'approval_not_prepared';
  });
  if (answer === null) throw new Error('it was asked');
  const prepared = preparedOf(answer);
  const nonces = ((answer as HttpAnswer).json?.['kits'] ?? []) as readonly { readonly durableNonce: { readonly account: string } }[];
  const kits = prepared.messages.map((message, index) => ({
    message: Uint8Array.from(Buffer.from(message, 'base64')),
    nonceAccount: nonces[index]?.durableNonce.account ?? '',
  }));
  return { approval, prepared, kits };
}
export async function armLockdown(stage: Stage, wallet: CorpusWallet): Promise<readonly CorpusKit[]> {
  const { approval, prepared, kits } = await prepareLockdown(stage, wallet);
  const done = await approve(stage, approval, consentOf(prepared, wallet.owner));
  expect(done.status, done.text).toBe(200);
  // Kept sealed: whoever reads a log or a database must not find it.
  for (const { message } of kits) keepSecret(wallet.owner.sign(message));
  return kits;
}
