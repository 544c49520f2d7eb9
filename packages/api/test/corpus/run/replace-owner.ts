import { encodeBase58 } from '@countersign/core';
import type { TestKey } from '@countersign/testkit';
import { expect } from 'vitest';
import { until } from '../../end-to-end/stack.ts';
import { approve, consentOf, idOf, prepare, preparedOf } from './acts.ts';
import { keysOf } from './rotate.ts';
import type { CorpusWallet, Stage } from './stage.ts';

/** Another owner key takes the place of the wallet's, with the consent of both. */
export async function replaceOwner(stage: Stage, wallet: CorpusWallet, next: TestKey): Promise<void> {
  const asked = await stage.http.ask(`/v1/wallets/${wallet.id}/replace-owner-key`, stage.operator, {
    method: 'POST',
    body: { owner: next.address },
  });
  expect(asked.status, asked.text).toBe(200);
  const prepared = preparedOf(await prepare(stage, idOf(asked)));
  const newOwnerSignature = encodeBase58(next.sign(Buffer.from(prepared.statement ?? '')));
  const done = await approve(stage, idOf(asked), { ...consentOf(prepared, wallet.owner), newOwnerSignature });
  expect(done.status, done.text).toBe(200);
  await until('the owner key is replaced', async () => (await keysOf(stage, wallet)).owner === next.address, 60_000);
}
