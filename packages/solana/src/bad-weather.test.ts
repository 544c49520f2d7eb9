import { type BuiltMessage, NATIVE_ASSET, type TransactionStatus } from '@countersign/core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { SolanaBlockchainAdapter } from './solana-blockchain-adapter.ts';
import { must } from './test-support/must.ts';
import { adapterWaiting, endScriptedNodes, lyingNode } from './test-support/scripted-node.ts';
import { SOL, startTestChain, type TestChain } from './test-support/test-chain.ts';
import { testKey } from './test-support/test-key.ts';
import { type TestWallet, testWallet } from './test-support/test-wallet.ts';

let chain: TestChain;
let wallet: TestWallet;
const recipient = testKey().address;
const AMOUNT = 50_000_000n;

beforeAll(async () => {
  chain = await startTestChain({ weather: true });
  wallet = await testWallet();
  const { addresses } = wallet;
  await chain.fund(addresses.feeAccount, 10n * SOL);
  await chain.fund(addresses.vault, 20n * SOL);
  const keys = [wallet.owner, wallet.createKey, wallet.feeAccount];
  for (const message of must(await chain.adapter.createSmartWallet({ addresses, timeLockSeconds: 0, limits: [] })))
    await chain.land(message, keys);
  await settle(chain.adapter, (await assembled()).signature, 'not_found');
});
afterEach(async () => {
  await chain.rpc('weather_clear', {});
  endScriptedNodes();
});
afterAll(() => chain.close());

async function assembled(): Promise<{ readonly wire: Uint8Array; readonly signature: string; readonly message: BuiltMessage }> {
  const { addresses } = wallet;
  const action = { kind: 'payment', payment: { asset: NATIVE_ASSET, amount: AMOUNT, recipient, memo: null } } as const;
  const intent = must(await chain.adapter.buildIntent({ addresses, action }));
  const message = must(await chain.adapter.buildTransaction({ route: 'countersigned', addresses, action, intent }));
  const keys = [wallet.owner, wallet.agent, wallet.feeAccount].filter(({ address }) => message.signers.includes(address));
  const signatures = keys.map((key) => key.sign(message.bytes));
  return { ...must(await chain.adapter.assembleTransaction(message.bytes, signatures)), message };
}
const look = async (adapter: SolanaBlockchainAdapter, signature: string): Promise<TransactionStatus | undefined> =>
  must(await adapter.getTransactionStatus([signature])).statuses[0];
async function settle(adapter: SolanaBlockchainAdapter, signature: string, kind: TransactionStatus['kind']): Promise<TransactionStatus> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const status = await look(adapter, signature);
    if (status?.kind === kind) return status;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${signature} did not become ${kind}`);
}
const balance = async (): Promise<bigint> => must(await chain.adapter.getBalance(wallet.addresses.vault, NATIVE_ASSET));

describe('INVARIANT I3: one effect, whatever the chain does', () => {
  test('a fork drops a confirmed transaction: the same bytes land again', async () => {
    const before = await balance();
    const { wire, signature } = await assembled();
    must(await chain.adapter.submitTransaction(wire));
    await settle(chain.adapter, signature, 'confirmed');
    expect(await chain.rpc('weather_fork', { signature })).toEqual({ dropped: [signature] });
    expect(await look(chain.adapter, signature)).toEqual({ kind: 'not_found' });
    expect(must(await chain.adapter.getTransaction(signature, wallet.addresses))).toBeNull();
    must(await chain.adapter.submitTransaction(wire));
    expect(await settle(chain.adapter, signature, 'finalized')).toMatchObject({ error: null });
    expect(await balance()).toBe(before - AMOUNT);
  });

  test('"not found" of something that is on its way proves nothing before its last height is final', async () => {
    const { wire, signature, message } = await assembled();
    await chain.rpc('weather_delay', { ms: 300, count: 1 });
    must(await chain.adapter.submitTransaction(wire));
    const { statuses, finalizedBlockHeight } = must(await chain.adapter.getTransactionStatus([signature]));
    expect(statuses).toEqual([{ kind: 'not_found' }]);
    expect(finalizedBlockHeight).toBeLessThan(message.lastValidBlockHeight);
    expect(await settle(chain.adapter, signature, 'finalized')).toMatchObject({ error: null });
  });

  test('a transaction that arrives twice, and is confirmed twice, moves once', async () => {
    const before = await balance();
    const { wire, signature } = await assembled();
    await chain.rpc('weather_duplicate', { count: 2 });
    must(await chain.adapter.submitTransaction(wire));
    must(await chain.adapter.submitTransaction(wire));
    const first = await settle(chain.adapter, signature, 'finalized');
    must(await chain.adapter.submitTransaction(wire));
    expect(await settle(chain.adapter, signature, 'finalized')).toEqual(first);
    expect(await balance()).toBe(before - AMOUNT);
  });

  test('bytes that vanish are sent again as they are', async () => {
    const { wire, signature } = await assembled();
    await chain.rpc('weather_drop', { count: 1 });
    must(await chain.adapter.submitTransaction(wire));
    expect(await look(chain.adapter, signature)).toEqual({ kind: 'not_found' });
    must(await chain.adapter.submitTransaction(wire));
    await settle(chain.adapter, signature, 'finalized');
  });

  test('a node that stands still tells no height past the last valid one', async () => {
    const { signature, message } = await assembled();
    await chain.rpc('weather_freeze', { frozen: true });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { statuses, finalizedBlockHeight } = must(await chain.adapter.getTransactionStatus([signature]));
    expect(statuses).toEqual([{ kind: 'not_found' }]);
    expect(finalizedBlockHeight).toBeLessThan(message.lastValidBlockHeight);
  });

  test('with a second node that is behind, or has not heard of it, it is neither final nor expired', async () => {
    const { wire, signature } = await assembled();
    must(await chain.adapter.submitTransaction(wire));
    await settle(chain.adapter, signature, 'finalized');
    const deaf = await lyingNode(chain.process.url, (method, result) => {
      if (method === 'getBlockHeight') return Number(result) - 100;
      return method === 'getSignatureStatuses' ? { context: { slot: 1 }, value: [null] } : undefined;
    });
    for (const urls of [
      [deaf.url, chain.process.url],
      [chain.process.url, deaf.url],
    ]) {
      const adapter = adapterWaiting(5_000, ...urls);
      expect(await look(adapter, signature)).toMatchObject({ kind: 'confirmed', error: null });
    }
    const never = await assembled();
    const pair = adapterWaiting(5_000, chain.process.url, deaf.url);
    const alone = must(await chain.adapter.getTransactionStatus([never.signature])).finalizedBlockHeight;
    const both = must(await pair.getTransactionStatus([never.signature]));
    expect(both.statuses).toEqual([{ kind: 'not_found' }]);
    expect(both.finalizedBlockHeight).toBeLessThan(alone);
  });

  test('a lying node is not alone in saying that something never landed', async () => {
    const { wire, signature, message } = await assembled();
    must(await chain.adapter.submitTransaction(wire));
    await settle(chain.adapter, signature, 'confirmed');
    const denying = await lyingNode(chain.process.url, (method) => {
      if (method === 'getBlockHeight') return Number(message.lastValidBlockHeight) + 1_000;
      return method === 'getSignatureStatuses' ? { context: { slot: 1 }, value: [null] } : undefined;
    });
    const adapter = adapterWaiting(5_000, denying.url, chain.process.url);
    const told = must(await adapter.getTransactionStatus([signature]));
    expect(told.statuses[0]?.kind).not.toBe('not_found');
    expect(told.finalizedBlockHeight).toBeLessThan(message.lastValidBlockHeight);
  });
});
