import { decodeBase58, type WalletOnChain } from '@countersign/core';
import { createTestKey, type TestKey } from '@countersign/testkit';
import { expect } from 'vitest';
import { stealAgentKey } from '../../end-to-end/read-key-file.ts';
import { until } from '../../end-to-end/stack.ts';
import { createNames, type Names, squadsAddress } from '../bytes/addresses.ts';
import { buildInstructions, type MessageRecipe } from '../bytes/build-message.ts';
import type { Instruction } from '../bytes/compile.ts';
import { pay, walletState } from './acts.ts';
import { latestBlockhash } from './ask.ts';
import { keepSecret } from './secrets.ts';
import { type CorpusWallet, need, type Stage } from './stage.ts';
import { askToSign, putTogether, spendBytes } from './try-signer.ts';
import { saidByCall } from './verdict.ts';

/** What a thief with keys does on the chain past service and signer, and how the service stops. */
export interface Thief {
  /** Pays fees. */
  readonly payer: TestKey;
  /** The agent key, out of its file. */
  readonly agent: TestKey;
  /** Of the wallet, with the thief's payer as fee account. */
  readonly names: Names;
}

export async function makeThief(stage: Stage, { id, addresses, names }: CorpusWallet): Promise<Thief> {
  const payer = createTestKey();
  await stage.setAccount(payer.address, { lamports: 2_000_000_000, owner: await stage.names.of('system'), data: new Uint8Array() });
  const { multisig, vault, owner, agent, createKey } = addresses;
  const limitKey = decodeBase58(await names.of('limitKey')) ?? new Uint8Array(32);
  const newLimit = await squadsAddress(multisig, 'spending_limit', limitKey);
  const of = { multisig, vault, owner, agent, createKey, fee: payer.address, limit: await names.of('limit'), newLimit };
  const { seed, key: agentKey } = await stealAgentKey(stage.stack, id);
  keepSecret(seed);
  return { payer, agent: agentKey, names: createNames(of) };
}

/** Signs with those keys and sends; `null` where it worked, else the chain's words. */
export async function land({ chain }: Stage, message: Uint8Array, keys: readonly TestKey[]): Promise<string | null> {
  const assembled = await chain.assembleTransaction(
    message,
    keys.map((key) => ({ signer: key.address, signature: key.sign(message) })),
  );
  if (!assembled.ok) return JSON.stringify(assembled.error);
  const sent = await chain.submitTransaction(assembled.value.wire);
  if (!sent.ok) return JSON.stringify(sent.error);
  let error: string | null = 'not found';
  await until('it has landed', async () => {
    const [status] = need(await chain.getTransactionStatus([assembled.value.signature])).statuses;
    if (status === undefined || status.kind === 'not_found') return false;
    error = status.error;
    return true;
  });
  return error;
}

export async function landInstructions(
  stage: Stage,
  { payer }: Thief,
  instructions: readonly Instruction[],
  keys: readonly TestKey[],
): Promise<string | null> {
  const message = putTogether({ payer: payer.address, blockhash: await latestBlockhash(stage), instructions });
  return land(stage, message, [payer, ...keys]);
}
export async function landRecipes(
  stage: Stage,
  thief: Thief,
  recipes: MessageRecipe['instructions'],
  keys: readonly TestKey[],
): Promise<string | null> {
  return landInstructions(stage, thief, await buildInstructions(recipes, thief.names), keys);
}

/** The first proposal of the wallet, at finalized. */
export async function untilProposed(
  { chain }: Stage,
  { addresses }: CorpusWallet,
  status: WalletOnChain['proposals'][number]['status'],
): Promise<void> {
  await until(`proposal 1 is ${status} on chain`, async () => {
    const [first] = need(await chain.readWallet(addresses.multisig))?.proposals ?? [];
    return first?.index === 1n && first.status === status;
  });
}

/** Two rounds of the watcher over all wallets of the corpus, and finality. */
const SEEN_WITHIN_MS = 150_000;

/** INVARIANT I11: frozen for this reason, the signer suspended, nothing paid. */
export async function untilFrozenBy(stage: Stage, wallet: CorpusWallet, why: readonly RegExp[]): Promise<void> {
  await until('the wallet is frozen', async () => (await walletState(stage, wallet)) === 'frozen', SEEN_WITHIN_MS);
  await until(
    'all of it is seen',
    async () => {
      const path = `/v1/wallets/${wallet.id}/changes-since-freeze`;
      const seen = (await stage.http.ask(path, stage.operator)).json?.['seenByWatcher'] as readonly string[];
      return why.every((each) => seen.some((one) => each.test(one)));
    },
    SEEN_WITHIN_MS,
  );
  const spend = await spendBytes(stage, wallet);
  await until('the signer is told', async () => (await askToSign(stage, wallet, 'spend', spend)) === 'suspended');
  expect(saidByCall(await pay(stage, wallet, { amount: 1_000n }))).toBe('DENY');
}
