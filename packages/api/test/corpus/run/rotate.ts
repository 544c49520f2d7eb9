import { expect } from 'vitest';
import { until } from '../../end-to-end/stack.ts';
import { countersigned, idOf } from './acts.ts';
import type { HttpAnswer } from './http.ts';
import type { CorpusWallet, Stage } from './stage.ts';

export interface KeysOfWallet {
  readonly agent: string;
  readonly owner: string;
  readonly rekeyingBy: string | null;
  readonly policyRevision: number;
}
export async function keysOf({ http, operator }: Stage, wallet: CorpusWallet): Promise<KeysOfWallet> {
  return (await http.ask(`/v1/wallets/${wallet.id}`, operator)).json as unknown as KeysOfWallet;
}
export function proposeRotation({ http, operator }: Stage, wallet: CorpusWallet): Promise<HttpAnswer> {
  return http.ask(`/v1/wallets/${wallet.id}/rotate-agent-key`, operator, { method: 'POST', body: {} });
}
export async function untilRotated(stage: Stage, wallet: CorpusWallet): Promise<void> {
  await until(
    'another agent key is in place',
    async () => {
      const { agent, rekeyingBy } = await keysOf(stage, wallet);
      return agent !== wallet.addresses.agent && rekeyingBy === null;
    },
    200_000,
  );
}
export async function rotate(stage: Stage, wallet: CorpusWallet): Promise<void> {
  const asked = await proposeRotation(stage, wallet);
  expect(asked.status, asked.text).toBe(200);
  const done = await countersigned(stage, wallet, idOf(asked));
  expect(done.status, done.text).toBe(200);
  await untilRotated(stage, wallet);
}
