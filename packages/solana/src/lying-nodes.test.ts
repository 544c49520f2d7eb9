import { type AssetId, type BuiltMessage, NATIVE_ASSET, type PlannedLimit, tokenAsset } from '@countersign/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM_PROGRAM } from './build/programs.ts';
import type { SolanaBlockchainAdapter } from './solana-blockchain-adapter.ts';
import { must } from './test-support/must.ts';
import { adapterWaiting, endScriptedNodes, type Lie, lyingNode, scriptedNode } from './test-support/scripted-node.ts';
import { SOL, startTestChain, type TestChain } from './test-support/test-chain.ts';
import { testKey } from './test-support/test-key.ts';
import { contextOf, type TestWallet, testWallet } from './test-support/test-wallet.ts';

const PATIENCE_MS = 5_000;
/** Both well above what an account has to hold. */
const LIMIT = 5_000_000n;
const PAID = 4_000_000n;

let chain: TestChain;
let wallet: TestWallet;
let limits: readonly PlannedLimit[];
let token: AssetId;
const recipient = testKey().address;

beforeAll(async () => {
  chain = await startTestChain();
  wallet = await testWallet();
  const { addresses } = wallet;
  await chain.fund(addresses.feeAccount, 10n * SOL);
  await chain.fund(addresses.vault, 20n * SOL);
  token = tokenAsset(await chain.mint(addresses.vault, 20_000_000n));
  const wanted = [NATIVE_ASSET, token].map((asset) => ({ asset, amount: LIMIT, periodSeconds: 86_400, destinations: [recipient] }));
  limits = must(await chain.adapter.planSpendingLimits(addresses.multisig, 1, wanted));
  const keys = [wallet.owner, wallet.agent, wallet.createKey, wallet.feeAccount];
  for (const message of must(await chain.adapter.createSmartWallet({ addresses, timeLockSeconds: 0, limits })))
    await chain.land(message, keys);
});
afterAll(async () => {
  endScriptedNodes();
  await chain.close();
});

const pay = async (asset: AssetId, amount: bigint): Promise<BuiltMessage> => {
  const { addresses } = wallet;
  const spendingLimit = limits.find((limit) => limit.asset === asset)?.spendingLimit ?? addresses.vault;
  const payment = { asset, amount, recipient, memo: null };
  return must(await chain.adapter.buildTransaction({ route: 'autonomous', addresses, payment, spendingLimit }));
};
const alone = async (lie: Lie): Promise<SolanaBlockchainAdapter> =>
  adapterWaiting(PATIENCE_MS, (await lyingNode(chain.process.url, lie)).url);
const beside = async (lie: Lie): Promise<readonly SolanaBlockchainAdapter[]> => {
  const liar = await lyingNode(chain.process.url, lie);
  return [adapterWaiting(PATIENCE_MS, liar.url, chain.process.url), adapterWaiting(PATIENCE_MS, chain.process.url, liar.url)];
};
type Told = { readonly context: { readonly slot: number }; readonly value: { readonly [name: string]: unknown } };
/** A lie about one field of the simulation's value; `undefined` leaves the field out. */
const simulated =
  (change: (value: Told['value']) => object): Lie =>
  (method, result) => {
    if (method !== 'simulateTransaction') return undefined;
    const { context, value } = result as Told;
    return { context, value: { ...value, ...change(value) } };
  };
const holding = { lamports: 20_000_000_000, owner: SYSTEM_PROGRAM, data: ['', 'base64'], executable: false };
const quiet = { innerInstructions: [], logs: ['Log truncated'] };

describe('INVARIANT I5: a node that lies about a simulation', () => {
  const simulate = async (adapter: SolanaBlockchainAdapter, message: BuiltMessage) =>
    adapter.simulateTransaction(message.bytes, contextOf(wallet));

  test.each<[string, Lie, string, string]>([
    ['with no inner instructions', simulated(() => ({ innerInstructions: [] })), 'simulation_failed', 'simulation_failed'],
    ['without inner instructions', simulated(() => ({ innerInstructions: null })), 'simulation_failed', 'simulation_failed'],
    ['that leaves inner instructions out', simulated(() => ({ innerInstructions: undefined })), 'simulation_failed', 'simulation_failed'],
    [
      'with inner instructions in pieces',
      simulated(() => ({ innerInstructions: [{ index: 1 }] })),
      'simulation_failed',
      'simulation_failed',
    ],
    ['without accounts', simulated(() => ({ accounts: null })), 'simulation_failed', 'simulation_failed'],
    [
      'with fewer accounts',
      simulated(({ accounts }) => ({ accounts: (accounts as []).slice(1) })),
      'simulation_failed',
      'simulation_failed',
    ],
    ['that does not say whether it failed', simulated(() => ({ err: undefined })), 'simulation_failed', 'simulation_failed'],
    ['without logs', simulated(() => ({ logs: null })), 'simulation_failed', 'simulation_failed'],
    ['that hides calls and the logs of them', simulated(() => quiet), 'nothing', 'nodes_disagree'],
    [
      'with accounts that are not there',
      simulated(({ accounts }) => ({ accounts: (accounts as []).map(() => null) })),
      'loss',
      'nodes_disagree',
    ],
    [
      'with balances that did not fall',
      simulated(({ accounts }) => ({ accounts: (accounts as []).map(() => holding) })),
      'gain',
      'nodes_disagree',
    ],
  ])('%s', async (_, lie, byItself, besideAnother) => {
    const message = await pay(NATIVE_ASSET, PAID);
    const told = await simulate(await alone(lie), message);
    // One node alone can hide an outflow; the bytes, the limit on chain and a second node are there for that. It cannot hide one in pieces.
    if (told.ok) expect(['nothing', 'loss', 'gain']).toContain(byItself);
    else expect(told.error.code).toBe(byItself);
    if (byItself === 'loss') expect(told.ok && told.value.vaultOutflows[0]?.amount).toBeGreaterThan(19n * SOL);
    for (const adapter of await beside(lie))
      expect(await simulate(adapter, message)).toMatchObject({ ok: false, error: { code: besideAnother } });
  });

  test('that fails and that it calls a success', async () => {
    const message = await pay(NATIVE_ASSET, LIMIT + 1n);
    const lie = simulated(() => ({ err: null, accounts: [], ...quiet }));
    expect(await simulate(await alone(lie), message)).toMatchObject({ error: { code: 'simulation_failed' } });
    for (const adapter of await beside(lie)) expect((await simulate(adapter, message)).ok).toBe(false);
  });

  test('that succeeds and that it calls a failure', async () => {
    const lie = simulated(() => ({ err: 'AccountInUse' }));
    for (const adapter of await beside(lie))
      expect(await simulate(adapter, await pay(NATIVE_ASSET, PAID))).toMatchObject({ error: { code: 'nodes_disagree' } });
  });

  test('logs that were cut off are no lie: the calls themselves are told', async () => {
    for (const adapter of await beside(simulated(() => ({ logs: ['Log truncated'] })))) {
      const report = must(await simulate(adapter, await pay(NATIVE_ASSET, PAID)));
      expect(report).toMatchObject({ succeeded: true, vaultOutflows: [{ asset: NATIVE_ASSET, amount: PAID }] });
      expect(report.innerEffects.map(({ kind }) => kind)).toEqual(['asset_outflow']);
    }
  });
});

describe('INVARIANT I5: a node that lies about accounts', () => {
  const decode = async (adapter: SolanaBlockchainAdapter, asset: AssetId) =>
    adapter.decodeTransaction((await pay(asset, PAID)).bytes, contextOf(wallet, [recipient]));
  const changed =
    (change: (account: { readonly [name: string]: unknown }) => unknown): Lie =>
    (method, result) => {
      if (method !== 'getMultipleAccounts') return undefined;
      const { context, value } = result as { context: object; value: readonly ({ readonly [name: string]: unknown } | null)[] };
      return { context, value: value.map((account) => (account === null ? null : change(account))) };
    };

  test.each<[string, Lie]>([
    ['that they are not there', changed(() => null)],
    ['whose they are', changed((account) => ({ ...account, data: [flipped(String((account['data'] as string[])[0])), 'base64'] }))],
    ['which program has them', changed((account) => ({ ...account, owner: SYSTEM_PROGRAM }))],
    ['whether they are programs', changed((account) => ({ ...account, executable: true }))],
  ])('%s', async (_, lie) => {
    for (const adapter of await beside(lie)) expect(await decode(adapter, token)).toMatchObject({ error: { code: 'nodes_disagree' } });
  });

  test('a payment of SOL by spending limit needs no account, and so no node', async () => {
    const liar = await lyingNode(chain.process.url, () => undefined);
    const message = await pay(NATIVE_ASSET, PAID);
    expect(must(await adapterWaiting(PATIENCE_MS, liar.url).decodeTransaction(message.bytes, contextOf(wallet))).slot).toBeNull();
    expect(liar.asked).toEqual([]);
    expect(must(await decode(chain.adapter, token)).slot).toBeTypeOf('bigint');
  });

  test('lamports may differ: anybody can add to them', async () => {
    for (const adapter of await beside(changed((account) => ({ ...account, lamports: 77_000_000 })))) must(await decode(adapter, token));
  });

  test('a node that is a little behind is waited for', async () => {
    let lags = 2;
    const behind: Lie = (method, result) => {
      if (method !== 'getMultipleAccounts' || lags === 0) return undefined;
      lags -= 1;
      const { context, value } = result as { context: { slot: number }; value: readonly unknown[] };
      return { context: { slot: context.slot - 3 }, value: value.map(() => null) };
    };
    const [adapter] = await beside(behind);
    if (!adapter) throw new Error('an adapter');
    const decoded = must(await decode(adapter, token));
    expect(decoded.effects.filter(({ kind }) => kind === 'unknown')).toEqual([]);
  });

  test('one node that answers alone is not believed where two are configured', async () => {
    const silent = await scriptedNode(() => 'break');
    const adapter = adapterWaiting(PATIENCE_MS, silent.url, chain.process.url);
    expect(await decode(adapter, token)).toMatchObject({ error: { code: 'chain_unavailable' } });
    const message = await pay(NATIVE_ASSET, PAID);
    expect(await adapter.simulateTransaction(message.bytes, contextOf(wallet))).toMatchObject({ error: { code: 'chain_unavailable' } });
  });

  test('a node of another network', async () => {
    const elsewhere: Lie = (method) => (method === 'getGenesisHash' ? testKey('elsewhere').address : undefined);
    const message = await pay(NATIVE_ASSET, PAID);
    for (const adapter of await beside(elsewhere)) {
      expect(await decode(adapter, token)).toMatchObject({ error: { code: 'nodes_disagree' } });
      expect(await adapter.simulateTransaction(message.bytes, contextOf(wallet))).toMatchObject({ error: { code: 'nodes_disagree' } });
    }
  });
});

test('a node that lies about what a landed transaction moved settles nothing', async () => {
  const { addresses } = wallet;
  const message = await pay(token, 100_000n);
  const { signature } = await chain.land(message, [wallet.agent, wallet.feeAccount], 'finalized');
  expect(must(await chain.adapter.getTransaction(signature, addresses))).toMatchObject({
    vaultOutflows: [{ asset: token, amount: 100_000n }],
  });
  const nothing: Lie = (method, result) => {
    if (method !== 'getTransaction') return undefined;
    const { meta, ...rest } = result as { meta: { preTokenBalances: unknown } };
    return { ...rest, meta: { ...meta, postTokenBalances: meta.preTokenBalances, innerInstructions: [] } };
  };
  for (const adapter of await beside(nothing))
    expect(await adapter.getTransaction(signature, addresses)).toMatchObject({ error: { code: 'nodes_disagree' } });
  const denied: Lie = (method) => (method === 'getTransaction' ? null : undefined);
  for (const adapter of await beside(denied)) expect(must(await adapter.getTransaction(signature, addresses))).toBeNull();
});

/** Base64 of the same bytes with one bit of the owner changed. */
function flipped(text: string): string {
  const data = Buffer.from(text, 'base64');
  data[40] = (data[40] ?? 0) ^ 1;
  return data.toString('base64');
}

test('INVARIANT I8: a node that lies about limits or members does not decide what a wallet is', async () => {
  const { multisig, vault } = wallet.addresses;
  expect(must(await chain.adapter.readWallet(multisig))?.limits).toHaveLength(limits.length);
  const lies: readonly Lie[] = [
    (method, result) => (method === 'getProgramAccounts' ? { ...(result as object), value: [] } : undefined),
    (method, result) => (method === 'getAccountInfo' ? { ...(result as object), value: null } : undefined),
  ];
  for (const lie of lies)
    for (const adapter of await beside(lie))
      expect(await adapter.readWallet(multisig)).toMatchObject({ error: { code: 'nodes_disagree' } });
  const rich: Lie = (method, result) =>
    method === 'getAccountInfo' ? { ...(result as object), value: { ...holding, lamports: 90_000_000_000 } } : undefined;
  const truth = must(await chain.adapter.getBalance(vault, NATIVE_ASSET));
  for (const adapter of await beside(rich)) expect(must(await adapter.getBalance(vault, NATIVE_ASSET))).toBe(truth);
});
