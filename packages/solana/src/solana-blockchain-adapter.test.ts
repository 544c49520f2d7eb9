import { type AssetId, NATIVE_ASSET, type Payment, type PlannedLimit, tokenAsset } from '@countersign/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeMessage, NO_FACTS } from './decode/index.ts';
import { must } from './test-support/must.ts';
import { SOL, startTestChain, type TestChain } from './test-support/test-chain.ts';
import { type TestKey, testKey } from './test-support/test-key.ts';
import { contextOf, type TestWallet, testWallet } from './test-support/test-wallet.ts';

let chain: TestChain;
let wallet: TestWallet;
let keys: readonly TestKey[];
let limits: readonly PlannedLimit[];
let token: AssetId;
const recipient = testKey();
const DAY = 86_400;

beforeAll(async () => {
  chain = await startTestChain();
  wallet = await testWallet();
  keys = [wallet.owner, wallet.agent, wallet.createKey, wallet.feeAccount];
  await chain.fund(wallet.feeAccount.address, 10n * SOL);
  await chain.fund(wallet.addresses.vault, 20n * SOL);
  token = tokenAsset(await chain.mint(wallet.addresses.vault, 1_000_000_000n));
});
afterAll(() => chain.close());

const payment = (asset: AssetId, amount: bigint, memo: string | null = null, to = recipient.address): Payment => ({
  asset,
  amount,
  recipient: to,
  memo,
});

describe('a wallet on chain', () => {
  test('is created with its limits and read back', async () => {
    const { adapter } = chain;
    const { addresses } = wallet;
    expect(await adapter.deriveWallet(addresses.createKey)).toEqual({ multisig: addresses.multisig, vault: addresses.vault });
    limits = must(
      await adapter.planSpendingLimits(addresses.multisig, 1, [
        { asset: NATIVE_ASSET, amount: SOL, periodSeconds: DAY, destinations: [recipient.address] },
        { asset: token, amount: 25_000_000n, periodSeconds: 604_800, destinations: [recipient.address] },
      ]),
    );
    expect(await adapter.readWallet(addresses.multisig)).toEqual({ ok: true, value: null });
    const messages = must(await adapter.createSmartWallet({ addresses, timeLockSeconds: 0, limits }));
    let last = '';
    for (const message of messages) {
      const simulated = must(await adapter.simulateTransaction(message.bytes, contextOf(wallet)));
      expect(simulated).toMatchObject({ succeeded: true, vaultOutflows: [], authorityChanges: [] });
      const { status, signature } = await chain.land(message, keys, 'finalized');
      last = signature;
      expect(status).toMatchObject({ kind: 'finalized', error: null });
    }
    expect(must(await adapter.getTransaction(last, addresses))).toMatchObject({ error: null, feePayer: addresses.feeAccount });
    const read = must(await adapter.readWallet(addresses.multisig));
    expect(read).toMatchObject({
      multisig: addresses.multisig,
      configAuthority: addresses.owner,
      threshold: 2,
      timeLockSeconds: 0,
      members: expect.arrayContaining([
        { key: addresses.owner, permissions: 7 },
        { key: addresses.agent, permissions: 7 },
      ]),
      rentCollector: addresses.feeAccount,
      transactionIndex: 0n,
    });
    expect(read?.limits).toHaveLength(2);
    for (const limit of limits)
      expect(read?.limits).toContainEqual({
        spendingLimit: limit.spendingLimit,
        asset: limit.asset,
        amount: limit.amount,
        remaining: limit.amount,
        periodSeconds: limit.periodSeconds,
        members: [addresses.agent],
        destinations: limit.destinations,
        vaultIndex: 0,
      });
  });

  test.each([
    ['SOL', (): AssetId => NATIVE_ASSET, 400_000_000n, null],
    ['SOL with a memo', (): AssetId => NATIVE_ASSET, 100_000_000n, 'x'.repeat(256)],
    ['a token to a new account', (): AssetId => token, 5_000_000n, null],
    ['a token to an account that is there', (): AssetId => token, 5_000_000n, 'invoice 7'],
  ])('the agent alone pays %s', async (_, asset, amount, memo) => {
    const { adapter } = chain;
    const { addresses } = wallet;
    const limit = limits.find((each) => each.asset === asset());
    if (!limit) throw new Error('no limit');
    const before = must(await adapter.getBalance(addresses.vault, asset()));
    const input = { route: 'autonomous', addresses, payment: payment(asset(), amount, memo), spendingLimit: limit.spendingLimit } as const;
    const message = must(await adapter.buildTransaction(input));
    expect(message.signers).toEqual([addresses.feeAccount, addresses.agent]);
    const report = must(await adapter.simulateTransaction(message.bytes, contextOf(wallet)));
    expect(report).toMatchObject({ succeeded: true, problem: null, vaultOutflows: [{ asset: asset(), amount }], authorityChanges: [] });
    const effects = must(await adapter.decodeTransaction(message.bytes, contextOf(wallet))).effects;
    const promised = effects.reduce((sum, effect) => {
      if (effect.kind === 'fee') return sum + effect.amountLamports;
      return effect.kind === 'account_creation' ? sum + effect.maximumRentLamports : sum;
    }, 0n);
    expect(report.feeAccountOutflowLamports).toBe(promised);
    const { signature } = await chain.land(message, keys);
    expect(must(await adapter.getTransaction(signature, addresses))).toMatchObject({
      error: null,
      feeLamports: 10_000n,
      feePayer: addresses.feeAccount,
      vaultOutflows: [{ asset: asset(), amount }],
    });
    expect(must(await adapter.getBalance(addresses.vault, asset()))).toBe(before - amount);
  });

  test.each([
    ['SOL', (): AssetId => NATIVE_ASSET, 5n * SOL, null, recipient],
    ['SOL with a memo', (): AssetId => NATIVE_ASSET, 1n * SOL, 'rent of the office', recipient],
    ['a token to a new account', (): AssetId => token, 100_000_000n, null, testKey()],
    ['a token to an account that is there', (): AssetId => token, 100_000_000n, 'invoice 7', recipient],
  ])('agent and owner pay %s in one transaction', async (_, asset, amount, memo, to) => {
    const { adapter } = chain;
    const { addresses } = wallet;
    const pay = payment(asset(), amount, memo, to.address);
    const intent = must(await adapter.buildIntent({ addresses, action: { kind: 'payment', payment: pay } }));
    const message = must(
      await adapter.buildTransaction({ route: 'countersigned', addresses, action: { kind: 'payment', payment: pay }, intent }),
    );
    expect(message.signers[0]).toBe(addresses.feeAccount);
    expect([...message.signers].sort()).toEqual([addresses.feeAccount, addresses.agent, addresses.owner].sort());
    const report = must(await adapter.simulateTransaction(message.bytes, contextOf(wallet)));
    expect(report).toMatchObject({ succeeded: true, vaultOutflows: [{ asset: asset(), amount }], authorityChanges: [] });
    const effects = must(decodeMessage(message.bytes, contextOf(wallet, [to.address]), NO_FACTS));
    expect(effects.filter(({ kind }) => kind === 'unknown')).toEqual([]);
    expect(effects.filter(({ kind }) => kind === 'asset_outflow')).toMatchObject([{ amount, asset: asset(), destination: to.address }]);
    const { signature } = await chain.land(message, keys, 'finalized');
    const landed = must(await adapter.getTransaction(signature, addresses));
    expect(landed).toMatchObject({ error: null, feeLamports: 15_000n, vaultOutflows: [{ asset: asset(), amount }] });
  });
});
